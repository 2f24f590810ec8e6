/*
 * For a container without its own pid namespace, whose end would kill all its processes, this process is their
 * "subreaper": it adopts orphans, and kills them all when the command has ended.
 */
#include "child.h"

#include "parent.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define KILLED (128 + SIGKILL)

int watch_children(struct child *child)
{
    child->children = (int)CHECKED(open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC));
    return child->children < 0 ? child->children : 0;
}

/* Sends SIGKILL to all processes in a space-terminated list of pids. */
static void kill_listed(const char *list, long length)
{
    pid_t process = 0;
    for (long index = 0; index < length; index++) {
        if (list[index] >= '0' && list[index] <= '9') {
            process = process * 10 + (list[index] - '0');
        } else {
            if (process > 0)
                kill(process, SIGKILL);
            process = 0;
        }
    }
}

/* Children of killed processes are reparented to this process, so it repeats until there are none. */
static void end_all(int children)
{
    char list[4096];
    for (;;) {
        kill_listed(list, CHECKED(pread(children, list, sizeof list, 0)));
        long ended = CHECKED(waitpid(-1, NULL, __WALL));
        while (ended > 0)
            ended = CHECKED(waitpid(-1, NULL, WNOHANG | __WALL));
        if (ended == -ECHILD)
            return;
    }
}

static _Noreturn void supervise(pid_t main_process, int children)
{
    uint64_t all = UINT64_MAX;
    for (;;) {
        int number = (int)CHECKED(syscall(SYS_rt_sigtimedwait, &all, NULL, NULL, sizeof all));
        if (number == END_ALL_SIGNAL) {
            end_all(children);
            _exit(KILLED);
        }
        if (number > 0 && number != SIGCHLD)
            kill(main_process, number);
        int status;
        pid_t ended;
        while ((ended = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
            if (ended != main_process)
                continue;
            end_all(children);
            _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
        }
    }
}

/* The process stays here; its child executes the rest of the plan. */
int become_supervisor(struct child *child)
{
    uint64_t before;
    change_signal_mask(UINT64_MAX, &before);
    long result = CHECKED(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
    if (result == 0)
        result = CHECKED(prctl(PR_SET_PDEATHSIG, END_ALL_SIGNAL, 0, 0, 0));
    long main_process = result < 0 ? result : clone_process(SIGCHLD, NULL);
    if (main_process < 0)
        return (int)main_process;
    if (main_process == 0) {
        change_signal_mask(before, NULL);
        return 0;
    }
    dup3(child->children, 0, O_CLOEXEC);
    disguise_as_init(1);
    supervise((pid_t)main_process, 0);
}
