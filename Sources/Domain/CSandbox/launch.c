#include "child.h"

#include "parent.h"

#include <linux/filter.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* The size of an operation's argument beyond its first text: 0 for plain texts. */
static size_t blob_size(const struct sandbox_operation *operation, int index)
{
    if (index == 0 && operation->code == SANDBOX_GROUPS)
        return operation->number[0] * sizeof(uint32_t);
    if (index == 0 && operation->code == SANDBOX_SECCOMP)
        return operation->number[0] * sizeof(struct sock_filter);
    return 0;
}

static int is_sound(const char *plan)
{
    const struct sandbox_plan *header = (const struct sandbox_plan *)plan;
    const struct sandbox_operation *operations = (const struct sandbox_operation *)(header + 1);
    uint64_t size = header->size;
    uint64_t texts = sizeof *header + (uint64_t)header->operation_count * sizeof *operations;
    if (texts >= size || plan[size - 1] != 0)
        return 0;
    for (uint32_t index = 0; index < header->operation_count; index++)
        for (int argument = 0; argument < 4; argument++) {
            uint64_t offset = operations[index].text[argument];
            if (offset == 0)
                continue;
            if (operations[index].number[0] > size && blob_size(&operations[index], argument) != 0)
                return 0;
            if (offset < texts || offset + blob_size(&operations[index], argument) >= size)
                return 0;
        }
    return 1;
}

/* Pointers to `count` consecutive texts, terminated by NULL. */
static char **make_vector(const char *plan, uint64_t offset, uint64_t count)
{
    const struct sandbox_plan *header = (const struct sandbox_plan *)plan;
    const char *position = plan + offset;
    if (count > header->size)
        return NULL;
    char **vector = calloc(count + 1, sizeof *vector);
    for (uint64_t index = 0; vector != NULL && index < count; index++) {
        if (position >= plan + header->size) {
            free(vector);
            return NULL;
        }
        vector[index] = (char *)position;
        position += strlen(position) + 1;
    }
    return vector;
}

/* Prepares the pointer arrays for exec, since the child may not allocate. */
static int prepare_vectors(struct child *child)
{
    const struct sandbox_plan *header = (const struct sandbox_plan *)child->plan;
    const struct sandbox_operation *operation = (const struct sandbox_operation *)(header + 1);
    for (uint32_t index = 0; index < header->operation_count; index++, operation++) {
        if (operation->code != SANDBOX_EXECUTE)
            continue;
        child->arguments = make_vector(child->plan, operation->text[1], operation->number[1]);
        child->environment = make_vector(child->plan, operation->text[2], operation->number[2]);
        return child->arguments == NULL || child->environment == NULL ? -EINVAL : 0;
    }
    return 0;
}

static int start(struct child *child, uint64_t namespaces, struct sandbox_process *process)
{
    int ends[2];
    int result = (int)CHECKED(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
    if (result < 0)
        return result;
    uint64_t mask;
    /* Our signal handlers must not run in the child, where the threads they rely on are missing. */
    change_signal_mask(UINT64_MAX, &mask);
    process->pidfd = -1;
    process->pid = (pid_t)clone_process(namespaces | CLONE_WITH_PIDFD | SIGCHLD, &process->pidfd);
    if (process->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        close(ends[0]);
        child->channel = ends[1];
        run_child(child);
    }
    change_signal_mask(mask, NULL);
    close(ends[1]);
    if (process->pid < 0) {
        close(ends[0]);
        return process->pid;
    }
    process->channel = ends[0];
    return 0;
}

static int has_supervisor(const char *plan)
{
    const struct sandbox_plan *header = (const struct sandbox_plan *)plan;
    const struct sandbox_operation *operations = (const struct sandbox_operation *)(header + 1);
    for (uint32_t index = 0; index < header->operation_count; index++)
        if (operations[index].code == SANDBOX_SUPERVISE)
            return 1;
    return 0;
}

int sandbox_launch(const void *plan, uint64_t namespaces, struct sandbox_process *process)
{
    struct child child = {.plan = plan, .root = -1, .console = -1, .children = -1};
    if (!is_sound(plan))
        return -EINVAL;
    int result = prepare_vectors(&child);
    if (result == 0)
        result = start(&child, namespaces, process);
    free(child.arguments);
    free(child.environment);
    if (result < 0)
        return result;

    process->kill_signal = has_supervisor(plan) ? END_ALL_SIGNAL : SIGKILL;
    result = guard_process(process->pidfd, process->kill_signal);
    if (result < 0) {
        int ignored;
        sandbox_signal(process, process->kill_signal);
        sandbox_wait(process, &ignored, &ignored);
        close(process->channel);
        close(process->pidfd);
    }
    return result;
}

int sandbox_wait(const struct sandbox_process *process, int *exited, int *status)
{
    int encoded;
    long result;
    do
        result = CHECKED(waitpid(process->pid, &encoded, __WALL));
    while (result == -EINTR);
    if (result < 0)
        return (int)result;
    *exited = WIFEXITED(encoded);
    *status = *exited ? WEXITSTATUS(encoded) : WTERMSIG(encoded);
    return 0;
}

int sandbox_signal(const struct sandbox_process *process, int number)
{
    return sandbox_signal_descriptor(process->pidfd, number);
}

int sandbox_signal_descriptor(int pidfd, int number)
{
    return (int)CHECKED(syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0));
}
