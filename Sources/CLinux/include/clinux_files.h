/// Files, directories and file locks.
#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

#include "clinux_result.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static const int LINUX_AT_FDCWD = AT_FDCWD;
static const int LINUX_AT_EMPTY_PATH = AT_EMPTY_PATH;
static const int LINUX_AT_SYMLINK_NOFOLLOW = AT_SYMLINK_NOFOLLOW;
static const int LINUX_AT_SYMLINK_FOLLOW = AT_SYMLINK_FOLLOW;
static const int LINUX_AT_REMOVEDIR = AT_REMOVEDIR;

static const int LINUX_O_PATH = O_PATH;
static const int LINUX_O_TMPFILE = O_TMPFILE;
static const int LINUX_O_NOATIME = O_NOATIME;
static const int LINUX_O_DIRECTORY = O_DIRECTORY;
static const int LINUX_O_NOFOLLOW = O_NOFOLLOW;
static const int LINUX_O_CLOEXEC = O_CLOEXEC;

static const uint64_t LINUX_RESOLVE_NO_XDEV = RESOLVE_NO_XDEV;
static const uint64_t LINUX_RESOLVE_NO_MAGICLINKS = RESOLVE_NO_MAGICLINKS;
static const uint64_t LINUX_RESOLVE_NO_SYMLINKS = RESOLVE_NO_SYMLINKS;
static const uint64_t LINUX_RESOLVE_BENEATH = RESOLVE_BENEATH;
static const uint64_t LINUX_RESOLVE_IN_ROOT = RESOLVE_IN_ROOT;

static const unsigned LINUX_RENAME_NOREPLACE = RENAME_NOREPLACE;
static const unsigned LINUX_RENAME_EXCHANGE = RENAME_EXCHANGE;
static const unsigned LINUX_RENAME_WHITEOUT = RENAME_WHITEOUT;

static const int LINUX_SEEK_DATA = SEEK_DATA;
static const int LINUX_SEEK_HOLE = SEEK_HOLE;

/// Keeps (`LINUX_UTIME_OMIT`) or sets to the present (`LINUX_UTIME_NOW`) one time of `linux_utimensat`.
static const long LINUX_UTIME_OMIT = UTIME_OMIT;
static const long LINUX_UTIME_NOW = UTIME_NOW;

static inline int linux_openat(int directory, const char *path, int flags, mode_t mode) {
    return (int)LINUX_RESULT(openat(directory, path, flags, mode));
}

/// Resolves with `RESOLVE_*` restrictions. A lookup that raced with a rename (EAGAIN) is the caller's to repeat.
static inline int linux_openat2(int directory, const char *path, int flags, mode_t mode, uint64_t resolve) {
    struct open_how how = {.flags = (uint32_t)flags, .mode = mode, .resolve = resolve};
    return (int)LINUX_RESULT(syscall(SYS_openat2, directory, path, &how, sizeof how));
}

static inline int linux_close(int fd) {
    return close(fd) == -1 ? -errno : 0;
}

static inline long linux_read(int fd, void *buffer, size_t count) {
    return LINUX_RESULT(read(fd, buffer, count));
}

static inline long linux_write(int fd, const void *buffer, size_t count) {
    return LINUX_RESULT(write(fd, buffer, count));
}

static inline long linux_pread(int fd, void *buffer, size_t count, off_t offset) {
    return LINUX_RESULT(pread(fd, buffer, count, offset));
}

static inline long linux_pwrite(int fd, const void *buffer, size_t count, off_t offset) {
    return LINUX_RESULT(pwrite(fd, buffer, count, offset));
}

static inline long linux_lseek(int fd, off_t offset, int whence) {
    return LINUX_RESULT(lseek(fd, offset, whence));
}

static inline int linux_ftruncate(int fd, off_t size) {
    return (int)LINUX_RESULT(ftruncate(fd, size));
}

static inline int linux_fsync(int fd) {
    return (int)LINUX_RESULT(fsync(fd));
}

static inline int linux_syncfs(int fd) {
    return (int)LINUX_RESULT(syncfs(fd));
}

static inline int linux_fcntl(int fd, int command, long argument) {
    return (int)LINUX_RESULT(fcntl(fd, command, argument));
}

/// A duplicate (at least 3, so that it never lands on a standard stream) that is closed on exec.
static inline int linux_duplicate(int fd) {
    return (int)LINUX_RESULT(fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

static inline int linux_ioctl(int fd, unsigned long request, void *argument) {
    return (int)LINUX_RESULT(ioctl(fd, request, argument));
}

static inline int linux_fstatat(int directory, const char *path, struct stat *status, int flags) {
    return (int)LINUX_RESULT(fstatat(directory, path, status, flags));
}

static inline uint32_t linux_device_major(dev_t device) {
    return major(device);
}

static inline uint32_t linux_device_minor(dev_t device) {
    return minor(device);
}

static inline dev_t linux_make_device(uint32_t major_number, uint32_t minor_number) {
    return makedev(major_number, minor_number);
}

static inline int linux_mkdirat(int directory, const char *path, mode_t mode) {
    return (int)LINUX_RESULT(mkdirat(directory, path, mode));
}

static inline int linux_mknodat(int directory, const char *path, mode_t mode, uint32_t major_number,
                                uint32_t minor_number) {
    return (int)LINUX_RESULT(mknodat(directory, path, mode, makedev(major_number, minor_number)));
}

static inline int linux_unlinkat(int directory, const char *path, int flags) {
    return (int)LINUX_RESULT(unlinkat(directory, path, flags));
}

static inline int linux_symlinkat(const char *target, int directory, const char *path) {
    return (int)LINUX_RESULT(symlinkat(target, directory, path));
}

static inline long linux_readlinkat(int directory, const char *path, char *buffer, size_t size) {
    return LINUX_RESULT(readlinkat(directory, path, buffer, size));
}

static inline int linux_linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    return (int)LINUX_RESULT(linkat(from_directory, from, to_directory, to, flags));
}

static inline int linux_renameat2(int from_directory, const char *from, int to_directory, const char *to,
                                  unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}

static inline int linux_fchownat(int directory, const char *path, uid_t uid, gid_t gid, int flags) {
    return (int)LINUX_RESULT(fchownat(directory, path, uid, gid, flags));
}

static inline int linux_fchown(int fd, uid_t uid, gid_t gid) {
    return (int)LINUX_RESULT(fchown(fd, uid, gid));
}

static inline int linux_fchmod(int fd, mode_t mode) {
    return (int)LINUX_RESULT(fchmod(fd, mode));
}

/// Follows a symbolic link: pass only names that are known not to be one.
static inline int linux_fchmodat(int directory, const char *path, mode_t mode) {
    return (int)LINUX_RESULT(fchmodat(directory, path, mode, 0));
}

/// A NULL path changes the times of `directory` itself, which must be an ordinary (not O_PATH) descriptor.
static inline int linux_utimensat(int directory, const char *path, struct timespec access,
                                  struct timespec modification, int flags) {
    const struct timespec times[2] = {access, modification};
    return (int)LINUX_RESULT(syscall(SYS_utimensat, directory, path, times, flags));
}

/// Fills `buffer` with `struct linux_dirent64` records: u64 inode, s64 offset, u16 record length, u8 type, name.
static inline long linux_getdents64(int fd, void *buffer, size_t size) {
    return LINUX_RESULT(syscall(SYS_getdents64, fd, buffer, size));
}

/// Makes `to` share the extents of the whole of `from` (FICLONE).
static inline int linux_clone_file(int to, int from) {
    return (int)LINUX_RESULT(ioctl(to, FICLONE, from));
}

/// Copies inside the kernel from and to the given offsets; does not move file positions.
static inline long linux_copy_file_range(int from, off_t from_offset, int to, off_t to_offset, size_t count) {
    return LINUX_RESULT(copy_file_range(from, &from_offset, to, &to_offset, count, 0));
}

/// An open-file-description lock on the whole file. `type` is F_RDLCK, F_WRLCK or F_UNLCK.
static inline int linux_lock_whole_file(int fd, short type, int wait) {
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0};
    return (int)LINUX_RESULT(fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock));
}

#endif
