#include "result.h"

#include "CLinux.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

int linux_mount(const char *source, const char *target, const char *type, unsigned long flags,
                              const char *data) {
    return (int)LINUX_RESULT(mount(source, target, type, flags, data));
}

int linux_umount2(const char *target, int flags) {
    return (int)LINUX_RESULT(umount2(target, flags));
}

int linux_fsopen(const char *type, unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_fsopen, type, flags));
}

int linux_fsconfig(int context, unsigned command, const char *key, const void *value, int auxiliary) {
    return (int)LINUX_RESULT(syscall(SYS_fsconfig, context, command, key, value, auxiliary));
}

int linux_fsmount(int context, unsigned flags, unsigned attributes) {
    return (int)LINUX_RESULT(syscall(SYS_fsmount, context, flags, attributes));
}

int linux_move_mount(int from_directory, const char *from, int to_directory, const char *to,
                                   unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_move_mount, from_directory, from, to_directory, to, flags));
}

int linux_open_tree(int directory, const char *path, unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_open_tree, directory, path, flags));
}

int linux_mount_setattr(int directory, const char *path, unsigned flags, uint64_t set, uint64_t clear,
                                      uint64_t propagation, int user_namespace) {
    struct {
        uint64_t set, clear, propagation, user_namespace;
    } attributes = {set, clear, propagation, user_namespace < 0 ? 0 : (uint64_t)user_namespace};
    // 442 on all architectures; older headers do not define it.
    return (int)LINUX_RESULT(syscall(442, directory, path, flags, &attributes, sizeof attributes));
}

long linux_mount_flags(const char *path) {
    struct statvfs status;
    long result = LINUX_RESULT(statvfs(path, &status));
    return result < 0 ? result : (long)status.f_flag;
}

int linux_owns_mount_namespace(void) {
    struct stat own, owner;
    if (stat("/proc/self/ns/user", &own) == -1) return -errno;
    int mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (mounts == -1) return -errno;
    int fd = (int)LINUX_RESULT(ioctl(mounts, NS_GET_USERNS));
    close(mounts);
    // The kernel does not reveal user namespaces outside the own one.
    if (fd == -EPERM) return 0;
    if (fd < 0) return fd;
    int result = (int)LINUX_RESULT(fstat(fd, &owner));
    close(fd);
    return result != 0 ? result : owner.st_dev == own.st_dev && owner.st_ino == own.st_ino;
}
