/// Both mount APIs of the kernel.
#ifndef CLINUX_MOUNTS_H
#define CLINUX_MOUNTS_H

#include <stddef.h>
#include <stdint.h>

static const unsigned long LINUX_MS_RDONLY = 0x1;
static const unsigned long LINUX_MS_NOSUID = 0x2;
static const unsigned long LINUX_MS_NODEV = 0x4;
static const unsigned long LINUX_MS_NOEXEC = 0x8;
static const unsigned long LINUX_MS_NOATIME = 0x400;
static const unsigned long LINUX_MS_NODIRATIME = 0x800;
static const unsigned long LINUX_MS_RELATIME = 0x200000;
static const unsigned long LINUX_MS_STRICTATIME = 0x1000000;
static const unsigned long LINUX_MS_REMOUNT = 0x20;
static const unsigned long LINUX_MS_BIND = 0x1000;
static const unsigned long LINUX_MS_MOVE = 0x2000;
static const unsigned long LINUX_MS_REC = 0x4000;
static const unsigned long LINUX_MS_PRIVATE = 0x40000;
static const unsigned long LINUX_MS_SLAVE = 0x80000;
static const unsigned long LINUX_MS_SHARED = 0x100000;
static const unsigned long LINUX_MS_UNBINDABLE = 0x20000;

static const int LINUX_MNT_DETACH = 0x2;
static const int LINUX_UMOUNT_NOFOLLOW = 0x8;

static const unsigned LINUX_FSCONFIG_SET_FLAG = 0;
static const unsigned LINUX_FSCONFIG_SET_STRING = 1;
static const unsigned LINUX_FSCONFIG_SET_FD = 5;
static const unsigned LINUX_FSCONFIG_CMD_CREATE = 6;

static const unsigned LINUX_FSOPEN_CLOEXEC = 1;
static const unsigned LINUX_FSMOUNT_CLOEXEC = 1;
static const unsigned LINUX_OPEN_TREE_CLONE = 1;
static const unsigned LINUX_AT_RECURSIVE = 0x8000;
static const unsigned LINUX_MOVE_MOUNT_F_EMPTY_PATH = 0x04;
static const unsigned LINUX_MOVE_MOUNT_T_EMPTY_PATH = 0x40;

static const uint64_t LINUX_MOUNT_ATTR_RDONLY = 0x01;
static const uint64_t LINUX_MOUNT_ATTR_NOSUID = 0x02;
static const uint64_t LINUX_MOUNT_ATTR_NODEV = 0x04;
static const uint64_t LINUX_MOUNT_ATTR_NOEXEC = 0x08;
static const uint64_t LINUX_MOUNT_ATTR_IDMAP = 0x00100000;
static const uint64_t LINUX_MOUNT_ATTR_NOSYMFOLLOW = 0x00200000;

int linux_mount(const char *source, const char *target, const char *type, unsigned long flags,
                              const char *data);

int linux_umount2(const char *target, int flags);

int linux_fsopen(const char *type, unsigned flags);

int linux_fsconfig(int context, unsigned command, const char *key, const void *value, int auxiliary);

int linux_fsmount(int context, unsigned flags, unsigned attributes);

int linux_move_mount(int from_directory, const char *from, int to_directory, const char *to,
                                   unsigned flags);

int linux_open_tree(int directory, const char *path, unsigned flags);

/// `propagation` is one MS_* propagation flag or 0; `user_namespace` is only used with MOUNT_ATTR_IDMAP set.
int linux_mount_setattr(int directory, const char *path, unsigned flags, uint64_t set, uint64_t clear,
                                      uint64_t propagation, int user_namespace);

/// 1 if the user namespace of this process owns its mount namespace, 0 if an outer one does and mounting is therefore
/// forbidden, or `-errno`.
int linux_owns_mount_namespace(void);

/// The mount flags (ST_*, equal to MS_* for the per-mount ones) of the mount that contains `path`, or `-errno`.
long linux_mount_flags(const char *path);

#endif
