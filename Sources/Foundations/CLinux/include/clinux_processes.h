/// Processes, namespaces, capabilities, randomness.
#ifndef CLINUX_PROCESSES_H
#define CLINUX_PROCESSES_H

#include <stddef.h>
#include <stdint.h>

static const int LINUX_CLONE_FS = 0x200;
static const int LINUX_CLONE_NEWNS = 0x20000;
static const int LINUX_CLONE_NEWCGROUP = 0x2000000;
static const int LINUX_CLONE_NEWUTS = 0x4000000;
static const int LINUX_CLONE_NEWIPC = 0x8000000;
static const int LINUX_CLONE_NEWUSER = 0x10000000;
static const int LINUX_CLONE_NEWPID = 0x20000000;
static const int LINUX_CLONE_NEWNET = 0x40000000;

static const int LINUX_CAP_CHOWN = 0;
static const int LINUX_CAP_DAC_OVERRIDE = 1;
static const int LINUX_CAP_SETGID = 6;
static const int LINUX_CAP_SETUID = 7;
static const int LINUX_CAP_SYS_ADMIN = 21;
static const int LINUX_CAP_MKNOD = 27;
static const int LINUX_CAP_SETFCAP = 31;

int linux_unshare(int flags);

int linux_setns(int fd, int type);

/// The number of processors the calling thread may use, or `-errno`, also if there are more than 1024.
int linux_usable_processors(void);

int linux_chdir(const char *path);

int linux_fchdir(int fd);

int linux_pidfd_open(int pid, unsigned flags);

int linux_pidfd_send_signal(int pidfd, int signal_number);

/// Changes the effective user id of the calling thread alone.
int linux_set_effective_uid(uint32_t uid);

int linux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

/// 1 if no_new_privs is set: set-user-ID programs then gain no privileges.
int linux_no_new_privileges(void);

/// The effective capabilities of the calling thread as a bit set, or 0 if they cannot be read.
uint64_t linux_effective_capabilities(void);

/// 1 if an executed program may gain this capability, otherwise 0.
int linux_capability_is_bounding(int capability);

int linux_setgroups(size_t count, const uint32_t *groups);

long linux_getrandom(void *buffer, size_t size);

/// Waits for a child; `status` receives the raw wait status.
int linux_waitpid(int pid, int *status, int options);

int linux_pipe2(int fds[2], int flags);

/// The parameters of `linux_spawn`.
struct linux_spawn_plan {
    /// A path, or a name looked up in this process's PATH.
    const char *program;
    char *const *argv;
    /// NULL inherits this process's environment.
    char *const *environment;
    /// NULL for this process's current directory.
    const char *directory;
    /// The descriptors for the three standard streams; -1 inherits one.
    int streams[3];
};

/// Starts a program with no signals blocked, and with SIGPIPE and SIGCHLD at their defaults. Returns its process id, or
/// `-errno`, also if exec failed.
int linux_spawn(const struct linux_spawn_plan *plan);

/// write(2) that returns EPIPE without raising SIGPIPE if there is no reader.
long linux_write_unsignalled(int fd, const void *buffer, size_t count);

/// From now on, SIGHUP, SIGINT and SIGTERM, where their actions are the default ones, no longer end the process: their
/// numbers can be read, one byte each, from the returned descriptor. `-errno` if that is impossible. Call it once.
int linux_watch_termination(void);

/// Ends this process by a signal's default action.
void linux_die_of_signal(int number);

#endif
