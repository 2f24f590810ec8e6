#include "result.h"

#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int linux_unshare(int flags) {
    return (int)LINUX_RESULT(unshare(flags));
}

int linux_setns(int fd, int type) {
    return (int)LINUX_RESULT(setns(fd, type));
}

int linux_usable_processors(void) {
    cpu_set_t allowed;
    int result = (int)LINUX_RESULT(sched_getaffinity(0, sizeof allowed, &allowed));
    return result < 0 ? result : CPU_COUNT(&allowed);
}

int linux_chdir(const char *path) {
    return (int)LINUX_RESULT(chdir(path));
}

int linux_fchdir(int fd) {
    return (int)LINUX_RESULT(fchdir(fd));
}

int linux_pidfd_open(int pid, unsigned flags) {
    return (int)LINUX_RESULT(syscall(SYS_pidfd_open, pid, flags));
}

int linux_pidfd_send_signal(int pidfd, int signal_number) {
    return (int)LINUX_RESULT(syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0));
}

int linux_set_effective_uid(uint32_t uid) {
    return (int)LINUX_RESULT(syscall(SYS_setresuid, (uid_t)-1, (uid_t)uid, (uid_t)-1));
}

int linux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    return (int)LINUX_RESULT(prctl(option, a, b, c, d));
}

int linux_no_new_privileges(void) {
    return (int)LINUX_RESULT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

uint64_t linux_effective_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2] = {{0}, {0}};
    if (syscall(SYS_capget, &header, data) == -1) return 0;
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}

int linux_capability_is_bounding(int capability) {
    return (int)LINUX_RESULT(prctl(PR_CAPBSET_READ, capability, 0, 0, 0));
}

int linux_setgroups(size_t count, const uint32_t *groups) {
    return (int)LINUX_RESULT(setgroups(count, groups));
}

long linux_getrandom(void *buffer, size_t size) {
    return LINUX_RESULT(getrandom(buffer, size, 0));
}

int linux_waitpid(int pid, int *status, int options) {
    return (int)LINUX_RESULT(waitpid(pid, status, options));
}

int linux_pipe2(int fds[2], int flags) {
    return (int)LINUX_RESULT(pipe2(fds, flags));
}

static int termination_writer = -1;

static void note_termination(int number) {
    const int saved = errno;
    const unsigned char byte = (unsigned char)number;
    if (write(termination_writer, &byte, 1) < 0) {
        // Nothing can be done here: a full pipe holds earlier signals.
    }
    errno = saved;
}

int linux_watch_termination(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    termination_writer = ends[1];
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) {
        struct sigaction action = {.sa_handler = note_termination, .sa_flags = SA_RESTART};
        struct sigaction previous;
        sigemptyset(&action.sa_mask);
        if (sigaction(numbers[index], NULL, &previous) == 0 && previous.sa_handler == SIG_DFL)
            sigaction(numbers[index], &action, NULL);
    }
    return ends[0];
}

void linux_die_of_signal(int number) {
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigaction(number, &by_default, NULL);
    kill(getpid(), number);
}
