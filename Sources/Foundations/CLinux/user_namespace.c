#include "result.h"

#include "CLinux.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(struct linux_user_namespace_failure *failure, enum linux_user_namespace_step step, int error) {
    failure->step = step;
    failure->error = error;
    return -1;
}

/// Writes a whole map in a single write(2), as the kernel requires. Returns 0 or errno.
static int write_process_file(pid_t pid, const char *name, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1) return errno;
    ssize_t written = write(fd, text, strlen(text));
    int error = written == -1 ? errno : 0;
    close(fd);
    return error;
}

/// setgroups must be denied before gid_map is written; kernels without the file need nothing.
static int deny_setgroups(pid_t pid) {
    int error = write_process_file(pid, "setgroups", "deny");
    return error == ENOENT ? 0 : error;
}

/// Starts a mapping program whose standard streams are already set up. Returns its pid or -1.
static pid_t start_program(const char *const *argv) {
    pid_t pid = fork();
    if (pid == 0) {
        // A minimal environment: the caller's may contain anything, and these programs need nothing.
        char *const environment[] = {"LC_ALL=C", NULL};
        execve(argv[0], (char *const *)argv, environment);
        dprintf(STDERR_FILENO, "%s", strerror(errno));
        _exit(127);
    }
    return pid;
}

/// Waits for a mapping program. Returns whether it succeeded.
static int succeeded(pid_t pid) {
    int status = 0;
    return pid != -1 && LINUX_RESULT(waitpid(pid, &status, 0)) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Sent by the helper, which stays outside the new namespace, to the parent before any message text.
struct outcome {
    int step;
    int error;
};

static void report(int fd, enum linux_user_namespace_step step, int error) {
    struct outcome outcome = {.step = step, .error = error};
    if (write(fd, &outcome, sizeof outcome) == -1) _exit(1);
}

/// Runs both programs in parallel: neither map depends on the other.
static void map_by_programs(const struct linux_user_namespace_plan *plan, int outcomes) {
    pid_t uid_program = start_program(plan->uid_map_argv);
    pid_t gid_program = start_program(plan->gid_map_argv);
    int uid_succeeded = succeeded(uid_program);
    int gid_succeeded = succeeded(gid_program);
    if (uid_succeeded && gid_succeeded) return report(outcomes, LINUX_USER_NAMESPACE_PREPARE, 0);
    report(outcomes, uid_succeeded ? LINUX_USER_NAMESPACE_GID_MAP : LINUX_USER_NAMESPACE_UID_MAP, 0);
}

/// Writes both maps with this process's privileges. Returns 0, or errno with the failed step.
static int write_maps(const struct linux_user_namespace_plan *plan, pid_t target,
                      enum linux_user_namespace_step *step) {
    *step = LINUX_USER_NAMESPACE_UID_MAP;
    int error = write_process_file(target, "uid_map", plan->uid_map_text);
    if (error != 0) return error;
    if (plan->deny_setgroups) {
        *step = LINUX_USER_NAMESPACE_SETGROUPS;
        error = deny_setgroups(target);
        if (error != 0) return error;
    }
    *step = LINUX_USER_NAMESPACE_GID_MAP;
    return write_process_file(target, "gid_map", plan->gid_map_text);
}

/// The helper's work, from outside the new namespace.
static void map_from_outside(const struct linux_user_namespace_plan *plan, pid_t target, int outcomes) {
    if (plan->uid_map_argv != NULL) {
        map_by_programs(plan, outcomes);
        return;
    }
    enum linux_user_namespace_step step;
    int error = write_maps(plan, target, &step);
    report(outcomes, error == 0 ? LINUX_USER_NAMESPACE_PREPARE : step, error);
}

struct helper {
    pid_t pid;
    /// Closing it without writing makes the helper exit; writing one byte starts it.
    int start;
    int outcomes;
    int messages;
};

static void close_pair(int pair[2]) {
    if (pair[0] != -1) close(pair[0]);
    if (pair[1] != -1) close(pair[1]);
}

/// Forks the helper while the process is still outside. Returns 0 or errno.
static int start_helper(const struct linux_user_namespace_plan *plan, struct helper *helper) {
    int start[2] = {-1, -1}, outcomes[2] = {-1, -1}, messages[2] = {-1, -1};
    pid_t target = getpid();
    pid_t pid = -1;
    int error = 0;
    // A socket instead of a pipe: writing to a dead helper must not raise SIGPIPE.
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, start) == -1 ||
        pipe2(outcomes, O_CLOEXEC) == -1 || pipe2(messages, O_CLOEXEC) == -1 || (pid = fork()) == -1) {
        error = errno;
        close_pair(start);
        close_pair(outcomes);
        close_pair(messages);
        return error;
    }
    if (pid == 0) {
        char byte;
        // An inherited SIG_IGN would discard the programs' exit statuses.
        signal(SIGCHLD, SIG_DFL);
        close(start[1]);
        if (LINUX_RESULT(read(start[0], &byte, 1)) != 1) _exit(0);
        // Captures the messages on standard error; nothing may reach the caller's own streams.
        if (dup2(messages[1], STDERR_FILENO) == -1 || dup2(messages[1], STDOUT_FILENO) == -1) _exit(1);
        map_from_outside(plan, target, outcomes[1]);
        _exit(0);
    }
    close(start[0]);
    close(outcomes[1]);
    close(messages[1]);
    *helper = (struct helper){.pid = pid, .start = start[1], .outcomes = outcomes[0], .messages = messages[0]};
    return 0;
}

/// Ends the helper, with `go` after it has done its work. Returns 0, or -1 with `failure` filled in.
static int finish_helper(struct helper *helper, int go, struct linux_user_namespace_failure *failure) {
    struct outcome outcome = {.step = LINUX_USER_NAMESPACE_UID_MAP, .error = EIO};
    if (go && LINUX_RESULT(send(helper->start, "x", 1, MSG_NOSIGNAL)) != 1) outcome.error = EPIPE;
    close(helper->start);
    // Read to the end, beyond what is kept: a program with much output must not block.
    size_t length = 0;
    for (;;) {
        char rest[256];
        int full = length >= sizeof failure->message - 1;
        char *into = full ? rest : failure->message + length;
        size_t room = full ? sizeof rest : sizeof failure->message - 1 - length;
        long count = LINUX_RESULT(read(helper->messages, into, room));
        if (count <= 0) break;
        if (!full) length += (size_t)count;
    }
    failure->message[length] = '\0';
    close(helper->messages);
    long count = LINUX_RESULT(read(helper->outcomes, &outcome, sizeof outcome));
    close(helper->outcomes);
    int status = 0;
    LINUX_RESULT(waitpid(helper->pid, &status, 0));
    if (!go) return 0;
    if (count == (long)sizeof outcome && outcome.step == LINUX_USER_NAMESPACE_PREPARE) return 0;
    return fail(failure, (enum linux_user_namespace_step)outcome.step, outcome.error);
}

/// Writes single-id maps from within, as any user may.
static int map_from_within(const struct linux_user_namespace_plan *plan, struct linux_user_namespace_failure *failure) {
    enum linux_user_namespace_step step;
    int error = write_maps(plan, getpid(), &step);
    return error == 0 ? 0 : fail(failure, step, error);
}

static int become_root(const struct linux_user_namespace_plan *plan, struct linux_user_namespace_failure *failure) {
    if (!plan->deny_setgroups && setgroups(0, NULL) == -1 && errno != EPERM)
        return fail(failure, LINUX_USER_NAMESPACE_SETGROUPS, errno);
    if (setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1)
        return fail(failure, LINUX_USER_NAMESPACE_BECOME_ROOT, errno);
    // Changing ids may have cleared it, and then /proc/self would not belong to this user.
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == -1)
        return fail(failure, LINUX_USER_NAMESPACE_PROPAGATION, errno);
    return 0;
}

int linux_user_namespace_enter(const struct linux_user_namespace_plan *plan,
                               struct linux_user_namespace_failure *failure) {
    memset(failure, 0, sizeof *failure);
    int outside = plan->uid_map_argv != NULL || plan->write_from_outside;
    struct helper helper = {.pid = -1, .start = -1, .outcomes = -1, .messages = -1};
    // The map files of a non-dumpable process belong to the real root.
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1) return fail(failure, LINUX_USER_NAMESPACE_PREPARE, errno);
    if (outside) {
        int error = start_helper(plan, &helper);
        if (error != 0) return fail(failure, LINUX_USER_NAMESPACE_PREPARE, error);
    }
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == -1) {
        int error = errno;
        if (outside) finish_helper(&helper, 0, failure);
        return fail(failure, LINUX_USER_NAMESPACE_UNSHARE, error);
    }
    int mapped = outside ? finish_helper(&helper, 1, failure) : map_from_within(plan, failure);
    return mapped != 0 ? mapped : become_root(plan, failure);
}
