#include "child.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define HEADER_SIZE offsetof(struct sandbox_message, text)

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
};

void send_message(const struct child *child, struct sandbox_message *message, size_t text_length, int descriptor)
{
    size_t size = HEADER_SIZE + text_length;
    if (descriptor < 0) {
        /* write instead of sendmsg: an already loaded seccomp filter is more likely to allow it. */
        (void)!write(child->channel, message, size);
        return;
    }
    struct iovec piece = {message, size};
    union control control;
    memset(&control, 0, sizeof control);
    struct msghdr header = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    (void)!sendmsg(child->channel, &header, MSG_NOSIGNAL);
}

int sandbox_receive(const struct sandbox_process *process, struct sandbox_message *message)
{
    struct iovec piece = {message, sizeof *message - 1};
    union control control;
    struct msghdr header = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    long count;
    do
        count = CHECKED(recvmsg(process->channel, &header, MSG_CMSG_CLOEXEC));
    /* A child that failed before reading its release resets the connection; its message can still be read. */
    while (count == -EINTR || count == -ECONNRESET);
    if (count <= 0)
        return (int)count;
    if ((size_t)count < HEADER_SIZE)
        return -EBADMSG;
    ((char *)message)[count] = 0;
    message->descriptor = -1;
    struct cmsghdr *attached = CMSG_FIRSTHDR(&header);
    if (attached != NULL && attached->cmsg_level == SOL_SOCKET && attached->cmsg_type == SCM_RIGHTS)
        memcpy(&message->descriptor, CMSG_DATA(attached), sizeof message->descriptor);
    return 1;
}

int sandbox_release(const struct sandbox_process *process)
{
    char byte = 1;
    long result = CHECKED(send(process->channel, &byte, 1, MSG_NOSIGNAL));
    /* A child that failed earlier has its message waiting in the channel. */
    return result == -EPIPE || result == -ECONNRESET ? 0 : result < 0 ? (int)result : 0;
}
