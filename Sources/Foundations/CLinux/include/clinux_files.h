/// Files, directories and file locks. These headers include no system headers that define structures: Swift would
/// attribute types of Glibc to this module.
#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

#include <stddef.h>
#include <stdint.h>

static const int LINUX_AT_FDCWD = -100;
static const int LINUX_AT_SYMLINK_NOFOLLOW = 0x100;
static const int LINUX_AT_REMOVEDIR = 0x200;
static const int LINUX_AT_SYMLINK_FOLLOW = 0x400;
static const int LINUX_AT_EMPTY_PATH = 0x1000;

// These differ between architectures.
extern const int LINUX_O_PATH;
extern const int LINUX_O_TMPFILE;
extern const int LINUX_O_NOATIME;
extern const int LINUX_O_DIRECTORY;
extern const int LINUX_O_NOFOLLOW;
extern const int LINUX_O_CLOEXEC;

static const uint64_t LINUX_RESOLVE_NO_XDEV = 0x01;
static const uint64_t LINUX_RESOLVE_NO_MAGICLINKS = 0x02;
static const uint64_t LINUX_RESOLVE_NO_SYMLINKS = 0x04;
static const uint64_t LINUX_RESOLVE_BENEATH = 0x08;
static const uint64_t LINUX_RESOLVE_IN_ROOT = 0x10;

static const unsigned LINUX_RENAME_NOREPLACE = 1;
static const unsigned LINUX_RENAME_EXCHANGE = 2;
static const unsigned LINUX_RENAME_WHITEOUT = 4;

static const int LINUX_SEEK_DATA = 3;
static const int LINUX_SEEK_HOLE = 4;

/// Values of the nanoseconds in `linux_utimensat` that leave a time unchanged, or set it to the current time.
static const int64_t LINUX_UTIME_OMIT = (1 << 30) - 2;
static const int64_t LINUX_UTIME_NOW = (1 << 30) - 1;

struct linux_file_time {
    int64_t seconds, nanoseconds;
};

/// The result of stat(2) in types that need no system headers.
struct linux_file_status {
    uint64_t device, inode, links;
    uint32_t mode, uid, gid;
    uint32_t device_major, device_minor;
    /// In bytes, and in 512-byte blocks.
    int64_t size, blocks;
    struct linux_file_time access, modification, change;
};

int linux_openat(int directory, const char *path, int flags, uint32_t mode);

/// Resolves with `RESOLVE_*` restrictions. Retrying lookups that raced with a rename (EAGAIN) is up to the caller.
int linux_openat2(int directory, const char *path, int flags, uint32_t mode, uint64_t resolve);

int linux_close(int fd);

long linux_read(int fd, void *buffer, size_t count);

long linux_write(int fd, const void *buffer, size_t count);

long linux_pread(int fd, void *buffer, size_t count, int64_t offset);

long linux_pwrite(int fd, const void *buffer, size_t count, int64_t offset);

long linux_lseek(int fd, int64_t offset, int whence);

int linux_ftruncate(int fd, int64_t size);

int linux_fsync(int fd);

int linux_syncfs(int fd);

int linux_fcntl(int fd, int command, long argument);

/// A close-on-exec duplicate (at least 3, so that it is never a standard stream).
int linux_duplicate(int fd);

int linux_ioctl(int fd, unsigned long request, void *argument);

/// Marks a directory's subtrees as unrelated for block allocation (ext2 to ext4): `chattr +T`.
int linux_set_top_directory(int fd);

int linux_fstatat(int directory, const char *path, struct linux_file_status *status, int flags);

int linux_mkdirat(int directory, const char *path, uint32_t mode);

int linux_mknodat(int directory, const char *path, uint32_t mode, uint32_t major_number,
                                uint32_t minor_number);

int linux_unlinkat(int directory, const char *path, int flags);

int linux_symlinkat(const char *target, int directory, const char *path);

long linux_readlinkat(int directory, const char *path, char *buffer, size_t size);

int linux_linkat(int from_directory, const char *from, int to_directory, const char *to, int flags);

int linux_renameat2(int from_directory, const char *from, int to_directory, const char *to,
                                  unsigned flags);

int linux_fchownat(int directory, const char *path, uint32_t uid, uint32_t gid, int flags);

int linux_fchown(int fd, uint32_t uid, uint32_t gid);

int linux_fchmod(int fd, uint32_t mode);

/// Follows symbolic links: pass only names known not to be one.
int linux_fchmodat(int directory, const char *path, uint32_t mode);

/// With a NULL path, changes the times of `directory` itself, which must be an ordinary (not O_PATH) descriptor.
int linux_utimensat(int directory, const char *path, struct linux_file_time access,
                                  struct linux_file_time modification, int flags);

/// Fills `buffer` with `struct linux_dirent64` records: u64 inode, s64 offset, u16 record length, u8 type, name.
long linux_getdents64(int fd, void *buffer, size_t size);

/// Makes `to` share all extents of `from` (FICLONE).
int linux_clone_file(int to, int from);

/// In-kernel copy from and to the given offsets; does not move file positions.
long linux_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t count);

/// An open-file-description lock on the whole file. `type` is F_RDLCK, F_WRLCK or F_UNLCK.
int linux_lock_whole_file(int fd, short type, int wait);

/// The free bytes available to the caller on the file system that contains `path`.
int linux_free_space(const char *path, uint64_t *bytes);

/// The type of the file system that contains `fd`, as a magic number of linux/magic.h.
long linux_file_system_type(int fd);

#endif
