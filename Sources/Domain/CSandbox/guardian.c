/*
 * A helper process that briefly outlives the tool: it holds a pidfd of every sandboxed process and kills them when the
 * tool is gone (its end of a socket is closed, however it died). PR_SET_PDEATHSIG alone is not enough: a sandboxed
 * program may clear it, and the kernel does when a setuid program is executed.
 * It also holds the terminal's original settings while the tool has changed them, and restores them.
 */
#include "system_calls.h"

#include "include/CSandbox.h"
#include "parent.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <termios.h>

#define MOST_PROCESSES 512

enum request_kind { WATCH_PROCESS = 1, WATCH_TERMINAL, FORGET_TERMINAL };

struct request {
    enum request_kind kind;
    int signal;
    struct termios attributes;
};

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
};

struct guardian {
    struct pollfd watched[1 + MOST_PROCESSES]; /* the socket, followed by the processes */
    int signals[1 + MOST_PROCESSES];           /* the kill signal of each */
    nfds_t count;
    int terminal;
    struct termios attributes;
};

static void act_on(struct guardian *guardian, const struct request *request, int descriptor)
{
    if (request->kind == WATCH_PROCESS && descriptor >= 0 && guardian->count < 1 + MOST_PROCESSES) {
        guardian->signals[guardian->count] = request->signal;
        guardian->watched[guardian->count++] = (struct pollfd){.fd = descriptor, .events = POLLIN};
        return;
    }
    if (guardian->terminal >= 0)
        close(guardian->terminal);
    guardian->terminal = request->kind == WATCH_TERMINAL ? descriptor : -1;
    guardian->attributes = request->attributes;
}

/* 0: the tool is gone. */
static int take_request(struct guardian *guardian)
{
    struct request request;
    struct iovec piece = {&request, sizeof request};
    union control control;
    struct msghdr header = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    long count = CHECKED(recvmsg(guardian->watched[0].fd, &header, MSG_CMSG_CLOEXEC));
    if (count == -EINTR)
        return 1;
    if (count != sizeof request)
        return 0;
    int descriptor = -1;
    struct cmsghdr *attached = CMSG_FIRSTHDR(&header);
    if (attached != NULL && attached->cmsg_type == SCM_RIGHTS)
        memcpy(&descriptor, CMSG_DATA(attached), sizeof descriptor);
    act_on(guardian, &request, descriptor);
    return 1;
}

static void forget_ended(struct guardian *guardian)
{
    for (nfds_t index = guardian->count - 1; index > 0; index--) {
        if (guardian->watched[index].revents == 0)
            continue;
        close(guardian->watched[index].fd);
        guardian->watched[index] = guardian->watched[--guardian->count];
        guardian->signals[index] = guardian->signals[guardian->count];
    }
}

static _Noreturn void run_guardian(int socket)
{
    static struct guardian guardian;
    dup3(socket, 0, 0);
    close_descriptors(1, ~0U);
    (void)!chdir("/");
    guardian.watched[0] = (struct pollfd){.fd = 0, .events = POLLIN};
    guardian.count = 1;
    guardian.terminal = -1;
    for (;;) {
        if (poll(guardian.watched, guardian.count, -1) < 0 && errno != EINTR)
            break;
        if (guardian.watched[0].revents != 0 && !take_request(&guardian))
            break;
        forget_ended(&guardian);
    }
    for (nfds_t index = 1; index < guardian.count; index++)
        syscall(SYS_pidfd_send_signal, guardian.watched[index].fd, guardian.signals[index], NULL, 0);
    if (guardian.terminal >= 0)
        tcsetattr(guardian.terminal, TCSADRAIN, &guardian.attributes);
    _exit(0);
}

/* Guarded by `lock`. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int connection = -1;
static pid_t connected_by;

static int connect_guardian(void)
{
    /* A fork of the tool is a separate tool: its death must not affect ours. */
    if (connection >= 0 && connected_by == getpid())
        return connection;
    int ends[2];
    int result = (int)CHECKED(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
    if (result < 0)
        return result;
    uint64_t mask;
    change_signal_mask(UINT64_MAX, &mask);
    /* No exit signal: nobody waits for this child. */
    long process = clone_process(0, NULL);
    if (process == 0)
        run_guardian(ends[1]); /* signals stay blocked: it must ignore the terminal's interrupt */
    change_signal_mask(mask, NULL);
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        return (int)process;
    }
    connected_by = getpid();
    return connection = ends[0];
}

static int send_request(const struct request *request, int descriptor)
{
    struct iovec piece = {(void *)request, sizeof *request};
    union control control;
    memset(&control, 0, sizeof control);
    struct msghdr header = {.msg_iov = &piece, .msg_iovlen = 1};
    if (descriptor >= 0) {
        header.msg_control = &control;
        header.msg_controllen = sizeof control;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    }
    pthread_mutex_lock(&lock);
    long result = connect_guardian();
    if (result >= 0)
        result = CHECKED(sendmsg((int)result, &header, MSG_NOSIGNAL));
    if (result == -EPIPE && connection >= 0) {
        /* It was killed; start another one. */
        close(connection);
        connection = -1;
        result = connect_guardian();
        if (result >= 0)
            result = CHECKED(sendmsg((int)result, &header, MSG_NOSIGNAL));
    }
    pthread_mutex_unlock(&lock);
    return result < 0 ? (int)result : 0;
}

int guard_process(int pidfd, int kill_signal)
{
    struct request request;
    memset(&request, 0, sizeof request);
    request.kind = WATCH_PROCESS;
    request.signal = kill_signal;
    return send_request(&request, pidfd);
}

int sandbox_guard_terminal(int terminal, const void *attributes)
{
    struct request request;
    memset(&request, 0, sizeof request);
    request.kind = attributes == NULL ? FORGET_TERMINAL : WATCH_TERMINAL;
    if (attributes != NULL)
        memcpy(&request.attributes, attributes, sizeof request.attributes);
    return send_request(&request, attributes == NULL ? -1 : terminal);
}
