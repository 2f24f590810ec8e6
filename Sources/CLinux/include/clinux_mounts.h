/// Both mount interfaces of the kernel.
#ifndef CLINUX_MOUNTS_H
#define CLINUX_MOUNTS_H

#include "clinux_result.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static const unsigned long LINUX_MS_RDONLY = MS_RDONLY;
static const unsigned long LINUX_MS_NOSUID = MS_NOSUID;
static const unsigned long LINUX_MS_NODEV = MS_NODEV;
static const unsigned long LINUX_MS_NOEXEC = MS_NOEXEC;
static const unsigned long LINUX_MS_NOATIME = MS_NOATIME;
static const unsigned long LINUX_MS_NODIRATIME = MS_NODIRATIME;
static const unsigned long LINUX_MS_RELATIME = MS_RELATIME;
static const unsigned long LINUX_MS_STRICTATIME = MS_STRICTATIME;
static const unsigned long LINUX_MS_REMOUNT = MS_REMOUNT;
static const unsigned long LINUX_MS_BIND = MS_BIND;
static const unsigned long LINUX_MS_MOVE = MS_MOVE;
static const unsigned long LINUX_MS_REC = MS_REC;
static const unsigned long LINUX_MS_PRIVATE = MS_PRIVATE;
static const unsigned long LINUX_MS_SLAVE = MS_SLAVE;
static const unsigned long LINUX_MS_SHARED = MS_SHARED;
static const unsigned long LINUX_MS_UNBINDABLE = MS_UNBINDABLE;

static const int LINUX_MNT_DETACH = MNT_DETACH;
static const int LINUX_UMOUNT_NOFOLLOW = UMOUNT_NOFOLLOW;

// `enum fsconfig_command` and the flags below are spelled out: older C library headers lack some of them.
static const unsigned LINUX_FSCONFIG_SET_FLAG = 0;
static const unsigned LINUX_FSCONFIG_SET_STRING = 1;
static const unsigned LINUX_FSCONFIG_SET_FD = 5;
static const unsigned LINUX_FSCONFIG_CMD_CREATE = 6;

static const unsigned LINUX_FSOPEN_CLOEXEC = 1;
static const unsigned LINUX_FSMOUNT_CLOEXEC = 1;
static const unsigned LINUX_OPEN_TREE_CLONE = 1;
static const unsigned LINUX_OPEN_TREE_CLOEXEC = O_CLOEXEC;
static const unsigned LINUX_AT_RECURSIVE = 0x8000;
static const unsigned LINUX_MOVE_MOUNT_F_EMPTY_PATH = 0x04;
static const unsigned LINUX_MOVE_MOUNT_T_EMPTY_PATH = 0x40;

static const uint64_t LINUX_MOUNT_ATTR_RDONLY = 0x01;
static const uint64_t LINUX_MOUNT_ATTR_NOSUID = 0x02;
static const uint64_t LINUX_MOUNT_ATTR_NODEV = 0x04;
static const uint64_t LINUX_MOUNT_ATTR_NOEXEC = 0x08;
static const uint64_t LINUX_MOUNT_ATTR_IDMAP = 0x00100000;
static const uint64_t LINUX_MOUNT_ATTR_NOSYMFOLLOW = 0x00200000;

static inline int linux_mount(const char *source, const char *target, const char *type, unsigned long flags,
                              const char *data) {
    return (int)LINUX_RESULT(mount(source, target, type, flags, data));
}

static inline int linux_umount2(const char *target, int flags) {
    return (int)LINUX_RESULT(umount2(target, flags));
}

static inline int linux_fsopen(const char *type, unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_fsopen, type, flags));
}

static inline int linux_fsconfig(int context, unsigned command, const char *key, const void *value, int auxiliary) {
    return (int)LINUX_RESULT(syscall(SYS_fsconfig, context, command, key, value, auxiliary));
}

static inline int linux_fsmount(int context, unsigned flags, unsigned attributes) {
    return (int)LINUX_RESULT(syscall(SYS_fsmount, context, flags, attributes));
}

static inline int linux_move_mount(int from_directory, const char *from, int to_directory, const char *to,
                                   unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_move_mount, from_directory, from, to_directory, to, flags));
}

static inline int linux_open_tree(int directory, const char *path, unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_open_tree, directory, path, flags));
}

/// `propagation` is one MS_* propagation flag or 0; `user_namespace` is read only with MOUNT_ATTR_IDMAP set.
static inline int linux_mount_setattr(int directory, const char *path, unsigned flags, uint64_t set, uint64_t clear,
                                      uint64_t propagation, int user_namespace) {
    struct {
        uint64_t set, clear, propagation, user_namespace;
    } attributes = {set, clear, propagation, user_namespace < 0 ? 0 : (uint64_t)user_namespace};
    // 442 on every architecture; older headers do not name it.
    return (int)LINUX_RESULT(syscall(442, directory, path, flags, &attributes, sizeof attributes));
}

static inline int linux_statvfs(const char *path, struct statvfs *status) {
    return (int)LINUX_RESULT(statvfs(path, status));
}

/// The mount flags (ST_*, which equal MS_* for the per-mount ones) of the mount that holds `path`, or `-errno`.
static inline long linux_mount_flags(const char *path) {
    struct statvfs status;
    long result = LINUX_RESULT(statvfs(path, &status));
    return result < 0 ? result : (long)status.f_flag;
}

#endif
