/// Processes, namespaces, capabilities, randomness.
#ifndef CLINUX_PROCESSES_H
#define CLINUX_PROCESSES_H

#include "clinux_result.h"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static const int LINUX_CLONE_FS = CLONE_FS;
static const int LINUX_CLONE_NEWNS = CLONE_NEWNS;
static const int LINUX_CLONE_NEWCGROUP = CLONE_NEWCGROUP;
static const int LINUX_CLONE_NEWUTS = CLONE_NEWUTS;
static const int LINUX_CLONE_NEWIPC = CLONE_NEWIPC;
static const int LINUX_CLONE_NEWUSER = CLONE_NEWUSER;
static const int LINUX_CLONE_NEWPID = CLONE_NEWPID;
static const int LINUX_CLONE_NEWNET = CLONE_NEWNET;

static const int LINUX_CAP_CHOWN = CAP_CHOWN;
static const int LINUX_CAP_DAC_OVERRIDE = CAP_DAC_OVERRIDE;
static const int LINUX_CAP_SETGID = CAP_SETGID;
static const int LINUX_CAP_SETUID = CAP_SETUID;
static const int LINUX_CAP_SYS_ADMIN = CAP_SYS_ADMIN;
static const int LINUX_CAP_MKNOD = CAP_MKNOD;
static const int LINUX_CAP_SETFCAP = CAP_SETFCAP;

static inline int linux_unshare(int flags) {
    return (int)LINUX_RESULT(unshare(flags));
}

static inline int linux_setns(int fd, int type) {
    return (int)LINUX_RESULT(setns(fd, type));
}

static inline int linux_chdir(const char *path) {
    return (int)LINUX_RESULT(chdir(path));
}

static inline int linux_fchdir(int fd) {
    return (int)LINUX_RESULT(fchdir(fd));
}

static inline int linux_pidfd_open(pid_t pid, unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_pidfd_open, pid, flags));
}

static inline int linux_pidfd_send_signal(int pidfd, int signal_number) {
    return (int)LINUX_RESULT(syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0));
}

static inline int linux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    return (int)LINUX_RESULT(prctl(option, a, b, c, d));
}

/// 1 when no_new_privs is set: set-user-ID programs then gain nothing.
static inline int linux_no_new_privileges(void) {
    return (int)LINUX_RESULT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

/// The effective capabilities of the calling thread as a bit set, or 0 where they cannot be read.
static inline uint64_t linux_effective_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2] = {{0}, {0}};
    if (syscall(SYS_capget, &header, data) == -1) return 0;
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static inline int linux_setgroups(size_t count, const gid_t *groups) {
    return (int)LINUX_RESULT(setgroups(count, groups));
}

static inline long linux_getrandom(void *buffer, size_t size) {
    return LINUX_RESULT(getrandom(buffer, size, 0));
}

/// Waits for one child; `status` gets the raw wait status.
static inline int linux_waitpid(pid_t pid, int *status, int options) {
    return (int)LINUX_RESULT(waitpid(pid, status, options));
}

static inline int linux_pipe2(int fds[2], int flags) {
    return (int)LINUX_RESULT(pipe2(fds, flags));
}

/// Makes a spawned child start in `path`. Returns `-errno`.
static inline int linux_spawn_in_directory(posix_spawn_file_actions_t *actions, const char *path) {
    return -posix_spawn_file_actions_addchdir_np(actions, path);
}

#endif
