/*
 * System calls that bypass the C library: its set*id wrappers signal all threads it knows of, which do not exist in a
 * child of clone. All return -errno.
 */
#ifndef SYSTEM_CALLS_H
#define SYSTEM_CALLS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Constants missing from older C library headers; fixed by the kernel's ABI. */
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 0x00000004
#endif
#ifndef MOVE_MOUNT_T_EMPTY_PATH
#define MOVE_MOUNT_T_EMPTY_PATH 0x00000040
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#define NAMESPACE_PROCESS 0x20000000
#define CLONE_WITH_PIDFD 0x00001000
#define UNMOUNT_DETACH 2

#define CHECKED(expression) checked((long)(expression))

static inline long checked(long result) { return result == -1 ? -errno : result; }

static inline int open_in(int directory, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = resolve | RESOLVE_NO_MAGICLINKS};
    long result = -EAGAIN;
    /* EAGAIN: a concurrent rename, so that a ".." could not be proven to stay inside. */
    for (int attempt = 0; attempt < 64 && result == -EAGAIN; attempt++)
        result = CHECKED(syscall(SYS_openat2, directory, path, &how, sizeof how));
    return (int)result;
}

static inline int open_tree_at(int directory, const char *path, unsigned flags)
{
    return (int)CHECKED(syscall(SYS_open_tree, directory, path, flags | O_CLOEXEC));
}

static inline int move_mount_to(int mount, int target)
{
    unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
    return (int)CHECKED(syscall(SYS_move_mount, mount, "", target, "", flags));
}

static inline int set_mount_attributes(int mount, uint64_t set, uint64_t propagation, int recursive)
{
    /* Any change of the access time mode must clear the whole field. */
    uint64_t clear = set & MOUNT_ATTR__ATIME ? MOUNT_ATTR__ATIME : 0;
    struct mount_attr attributes = {.attr_set = set, .attr_clr = clear, .propagation = propagation};
    unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    return (int)CHECKED(syscall(SYS_mount_setattr, mount, "", flags, &attributes, sizeof attributes));
}

/* Declared in <sys/mount.h>, which conflicts with <linux/mount.h> in some C libraries. */
static inline int mount_classic(
    const char *source, const char *target, const char *type, unsigned long flags, const char *options)
{
    return (int)CHECKED(syscall(SYS_mount, source, target, type, flags, options));
}

static inline int close_descriptors(unsigned first, unsigned last)
{
    return (int)CHECKED(syscall(SYS_close_range, first, last, 0));
}

/* fork with namespaces: the child runs on a copy of the stack. */
static inline long clone_process(uint64_t flags, int *pidfd)
{
#ifdef __s390x__
    return CHECKED(syscall(SYS_clone, NULL, flags, pidfd, NULL, 0));
#else
    return CHECKED(syscall(SYS_clone, flags, NULL, pidfd, NULL, 0));
#endif
}

/* The kernel's signal set: the C library's functions exclude the two signals it reserves. */
static inline int change_signal_mask(uint64_t set, uint64_t *previous)
{
    return (int)CHECKED(syscall(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &set, previous, sizeof set));
}

#endif
