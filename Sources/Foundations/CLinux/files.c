#include "result.h"

#include "CLinux.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

const int LINUX_O_PATH = O_PATH;
const int LINUX_O_TMPFILE = O_TMPFILE;
const int LINUX_O_NOATIME = O_NOATIME;
const int LINUX_O_DIRECTORY = O_DIRECTORY;
const int LINUX_O_NOFOLLOW = O_NOFOLLOW;
const int LINUX_O_CLOEXEC = O_CLOEXEC;

int linux_openat(int directory, const char *path, int flags, uint32_t mode) {
    return (int)LINUX_RESULT(openat(directory, path, flags, mode));
}

int linux_openat2(int directory, const char *path, int flags, uint32_t mode, uint64_t resolve) {
    struct open_how how = {.flags = (uint32_t)flags, .mode = mode, .resolve = resolve};
    return (int)LINUX_RESULT(syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int linux_close(int fd) {
    return close(fd) == -1 ? -errno : 0;
}

long linux_read(int fd, void *buffer, size_t count) {
    return LINUX_RESULT(read(fd, buffer, count));
}

long linux_write(int fd, const void *buffer, size_t count) {
    return LINUX_RESULT(write(fd, buffer, count));
}

long linux_pread(int fd, void *buffer, size_t count, int64_t offset) {
    return LINUX_RESULT(pread(fd, buffer, count, offset));
}

long linux_pwrite(int fd, const void *buffer, size_t count, int64_t offset) {
    return LINUX_RESULT(pwrite(fd, buffer, count, offset));
}

long linux_lseek(int fd, int64_t offset, int whence) {
    return LINUX_RESULT(lseek(fd, offset, whence));
}

int linux_ftruncate(int fd, int64_t size) {
    return (int)LINUX_RESULT(ftruncate(fd, size));
}

int linux_fsync(int fd) {
    return (int)LINUX_RESULT(fsync(fd));
}

int linux_syncfs(int fd) {
    return (int)LINUX_RESULT(syncfs(fd));
}

int linux_fcntl(int fd, int command, long argument) {
    return (int)LINUX_RESULT(fcntl(fd, command, argument));
}

int linux_duplicate(int fd) {
    return (int)LINUX_RESULT(fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

int linux_ioctl(int fd, unsigned long request, void *argument) {
    return (int)LINUX_RESULT(ioctl(fd, request, argument));
}

int linux_set_top_directory(int fd) {
    // Declared as long, but read and written by the kernel as int.
    int flags = 0;
    int result = (int)LINUX_RESULT(ioctl(fd, FS_IOC_GETFLAGS, &flags));
    if (result < 0 || (flags & FS_TOPDIR_FL)) return result;
    flags |= FS_TOPDIR_FL;
    return (int)LINUX_RESULT(ioctl(fd, FS_IOC_SETFLAGS, &flags));
}

int linux_fstatat(int directory, const char *path, struct linux_file_status *status, int flags) {
    struct stat found;
    int result = (int)LINUX_RESULT(fstatat(directory, path, &found, flags));
    if (result != 0) return result;
    *status = (struct linux_file_status){
        .device = found.st_dev,
        .inode = found.st_ino,
        .links = found.st_nlink,
        .mode = found.st_mode,
        .uid = found.st_uid,
        .gid = found.st_gid,
        .device_major = major(found.st_rdev),
        .device_minor = minor(found.st_rdev),
        .size = found.st_size,
        .blocks = found.st_blocks,
        .access = {found.st_atim.tv_sec, found.st_atim.tv_nsec},
        .modification = {found.st_mtim.tv_sec, found.st_mtim.tv_nsec},
        .change = {found.st_ctim.tv_sec, found.st_ctim.tv_nsec},
    };
    return 0;
}

int linux_mkdirat(int directory, const char *path, uint32_t mode) {
    return (int)LINUX_RESULT(mkdirat(directory, path, mode));
}

int linux_mknodat(int directory, const char *path, uint32_t mode, uint32_t major_number,
                                uint32_t minor_number) {
    return (int)LINUX_RESULT(mknodat(directory, path, mode, makedev(major_number, minor_number)));
}

int linux_unlinkat(int directory, const char *path, int flags) {
    return (int)LINUX_RESULT(unlinkat(directory, path, flags));
}

int linux_symlinkat(const char *target, int directory, const char *path) {
    return (int)LINUX_RESULT(symlinkat(target, directory, path));
}

long linux_readlinkat(int directory, const char *path, char *buffer, size_t size) {
    return LINUX_RESULT(readlinkat(directory, path, buffer, size));
}

int linux_linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    return (int)LINUX_RESULT(linkat(from_directory, from, to_directory, to, flags));
}

int linux_renameat2(int from_directory, const char *from, int to_directory, const char *to,
                                  unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}

int linux_fchownat(int directory, const char *path, uint32_t uid, uint32_t gid, int flags) {
    return (int)LINUX_RESULT(fchownat(directory, path, uid, gid, flags));
}

int linux_fchown(int fd, uint32_t uid, uint32_t gid) {
    return (int)LINUX_RESULT(fchown(fd, uid, gid));
}

int linux_fchmod(int fd, uint32_t mode) {
    return (int)LINUX_RESULT(fchmod(fd, mode));
}

int linux_fchmodat(int directory, const char *path, uint32_t mode) {
    return (int)LINUX_RESULT(fchmodat(directory, path, mode, 0));
}

int linux_utimensat(int directory, const char *path, struct linux_file_time access,
                    struct linux_file_time modification, int flags) {
    const struct timespec times[2] = {
        {.tv_sec = access.seconds, .tv_nsec = access.nanoseconds},
        {.tv_sec = modification.seconds, .tv_nsec = modification.nanoseconds},
    };
    return (int)LINUX_RESULT(syscall(SYS_utimensat, directory, path, times, flags));
}

long linux_getdents64(int fd, void *buffer, size_t size) {
    return LINUX_RESULT(syscall(SYS_getdents64, fd, buffer, size));
}

int linux_clone_file(int to, int from) {
    return (int)LINUX_RESULT(ioctl(to, FICLONE, from));
}

long linux_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t count) {
    return LINUX_RESULT(copy_file_range(from, &from_offset, to, &to_offset, count, 0));
}

int linux_lock_whole_file(int fd, short type, int wait) {
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0};
    return (int)LINUX_RESULT(fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock));
}

int linux_free_space(const char *path, uint64_t *bytes) {
    struct statvfs status;
    int result = (int)LINUX_RESULT(statvfs(path, &status));
    if (result == 0) *bytes = (uint64_t)status.f_bavail * status.f_frsize;
    return result;
}

long linux_file_system_type(int fd) {
    struct statfs status;
    long result = LINUX_RESULT(fstatfs(fd, &status));
    return result < 0 ? result : (long)status.f_type;
}
