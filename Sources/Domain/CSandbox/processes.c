#include "child.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define LAST_SIGNAL 64
#define CHANNEL_PLACE 3

/* The parent's handlers and ignored signals (SIGPIPE in nearly every tool) must not affect the container. */
void reset_signals(void)
{
    /* All zeros are SIG_DFL without flags in the kernel's struct sigaction, whatever its field order. */
    static const struct { uint64_t words[4]; } by_default;
    for (int number = 1; number <= LAST_SIGNAL; number++)
        syscall(SYS_rt_sigaction, number, &by_default, NULL, sizeof(uint64_t));
    change_signal_mask(0, NULL);
}

static void forward_or_reap(pid_t main_process, int number)
{
    if (number != SIGCHLD) {
        kill(main_process, number);
        return;
    }
    for (;;) {
        int status;
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended <= 0)
            return;
        if (ended == main_process)
            _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    }
}

/* From the kernel: the strings of this process's arguments and environment, which are adjacent. */
static char *start_strings, *end_strings;

__attribute__((constructor)) static void remember_strings(int count, char **arguments, char **environment)
{
    if (count == 0)
        return;
    start_strings = arguments[0];
    end_strings = arguments[count - 1] + strlen(arguments[count - 1]) + 1;
    for (; *environment != NULL; environment++)
        end_strings = *environment + strlen(*environment) + 1;
}

/* Its memory is a copy of the tool's, which must be hidden from other users of the pid namespace: both the executable
 * in /proc/1/exe and the arguments and environment, which may contain secrets. */
void disguise_as_init(unsigned first_closed)
{
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    prctl(PR_SET_NAME, "init", 0, 0, 0);
    memset(start_strings, 0, (size_t)(end_strings - start_strings));
    if (end_strings - start_strings > 5)
        memcpy(start_strings, "init", 4);
    close_descriptors(first_closed, ~0U);
}

/* The first process of the pid namespace stays here; its child executes the rest of the plan. */
int become_init(struct child *child)
{
    uint64_t all = UINT64_MAX, before;
    change_signal_mask(all, &before);
    long main_process = clone_process(SIGCHLD, NULL);
    if (main_process < 0)
        return (int)main_process;
    if (main_process == 0) {
        change_signal_mask(before, NULL);
        return 0;
    }
    (void)child;
    disguise_as_init(0);
    for (;;) {
        int number = (int)CHECKED(syscall(SYS_rt_sigtimedwait, &all, NULL, NULL, sizeof all));
        if (number > 0)
            forward_or_reap((pid_t)main_process, number);
    }
}

int start_session(struct child *child)
{
    pid_t session = setsid();
    if (session < 0 && errno != EPERM)
        return -errno;
    return flag(child, SANDBOX_TERMINAL) ? (int)CHECKED(ioctl(child->console, TIOCSCTTY, 0)) : 0;
}

static int source_of_stream(const struct child *child, int stream)
{
    if (flag(child, SANDBOX_TERMINAL))
        return (int)CHECKED(fcntl(child->console, F_DUPFD_CLOEXEC, CHANNEL_PLACE + 1));
    if (number(child, stream) == SANDBOX_NULL_DEVICE)
        return (int)CHECKED(open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY));
    int copy = (int)CHECKED(fcntl((int)number(child, stream), F_DUPFD_CLOEXEC, CHANNEL_PLACE + 1));
    /* The tool itself was started with this stream closed. */
    return copy == -EBADF ? (int)CHECKED(open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY)) : copy;
}

int place_streams(struct child *child)
{
    int sources[3];
    /* The channel's descriptor may be that of a stream, and a stream's that of another one. */
    int channel = (int)CHECKED(fcntl(child->channel, F_DUPFD_CLOEXEC, CHANNEL_PLACE + 1));
    if (channel < 0)
        return channel;
    child->channel = channel;
    for (int stream = 0; stream < 3; stream++) {
        sources[stream] = source_of_stream(child, stream);
        if (sources[stream] >= 0 && sources[stream] < 3)
            sources[stream] = (int)CHECKED(fcntl(sources[stream], F_DUPFD_CLOEXEC, CHANNEL_PLACE + 1));
        if (sources[stream] < 0)
            return sources[stream];
    }
    for (int stream = 0; stream < 3; stream++) {
        long result = CHECKED(dup3(sources[stream], stream, 0));
        if (result < 0)
            return (int)result;
    }
    return 0;
}

/* Closes them for real, before entering the working directory: /proc/self/fd/N must not lead outside. */
int close_other_descriptors(struct child *child)
{
    long result = CHECKED(dup3(child->channel, CHANNEL_PLACE, O_CLOEXEC));
    if (result < 0 && child->channel != CHANNEL_PLACE)
        return (int)result;
    child->channel = CHANNEL_PLACE;
    child->root = child->console = -1;
    return close_descriptors(CHANNEL_PLACE + 1, ~0U);
}

int await_release(struct child *child)
{
    char byte;
    long count;
    do
        count = CHECKED(recv(child->channel, &byte, 1, 0));
    while (count == -EINTR);
    if (count == 1)
        return 0;
    _exit(125); /* nobody is left to tell */
}

int set_parent_death_signal(struct child *child)
{
    return (int)CHECKED(prctl(PR_SET_PDEATHSIG, (int)number(child, 0), 0, 0, 0));
}

/* Of the missing directories of a path, as far as possible. Inside the root: nothing outside can be reached. */
static void make_directories(const char *directory, uid_t uid, gid_t gid)
{
    char path[4096];
    size_t length = strlen(directory);
    if (length >= sizeof path)
        return;
    for (size_t end = 1; end <= length; end++) {
        if (directory[end] != '/' && directory[end] != 0)
            continue;
        memcpy(path, directory, end);
        path[end] = 0;
        if (mkdir(path, 0755) == 0)
            (void)!lchown(path, uid, gid);
    }
}

int change_directory(struct child *child)
{
    char path[4096];
    int result = (int)CHECKED(chdir(text(child, 0)));
    /* It is missing from what is mounted there. */
    if (result == -ENOENT && flag(child, SANDBOX_CREATE)) {
        make_directories(text(child, 0), (uid_t)number(child, 0), (gid_t)number(child, 1));
        result = (int)CHECKED(chdir(text(child, 0)));
    }
    if (result == -EACCES && flag(child, SANDBOX_DEFERRED))
        return 0;
    if (result < 0)
        return result;
    /* A directory outside the root has no path there. */
    result = (int)CHECKED(syscall(SYS_getcwd, path, sizeof path));
    return result < 0 ? result : path[0] == '/' ? 0 : -ENOENT;
}
