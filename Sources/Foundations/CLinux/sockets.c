#include "result.h"

#include "CLinux.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/// Returns 0 or -ENAMETOOLONG.
static int make_address(struct sockaddr_un *address, int directory, const char *name) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    // The directory is the caller's own, and the descriptor names it for this call only.
    int length = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", directory, name);
    return length < 0 || (size_t)length >= sizeof address->sun_path ? -ENAMETOOLONG : 0;
}

int linux_listen_at(int directory, const char *name) {
    struct sockaddr_un address;
    int result = make_address(&address, directory, name);
    if (result < 0) return result;
    int listener = (int)LINUX_RESULT(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (listener < 0) return listener;
    unlinkat(directory, name, 0);
    // The file gets the socket's own mode: nobody can connect in between.
    result = (int)LINUX_RESULT(fchmod(listener, 0600));
    if (result == 0) result = (int)LINUX_RESULT(bind(listener, (struct sockaddr *)&address, sizeof address));
    if (result == 0) result = (int)LINUX_RESULT(fchmodat(directory, name, 0600, 0));
    if (result == 0) result = (int)LINUX_RESULT(listen(listener, 64));
    if (result == 0) return listener;
    close(listener);
    return result;
}

int linux_connect_at(int directory, const char *name) {
    struct sockaddr_un address;
    int result = make_address(&address, directory, name);
    if (result < 0) return result;
    int connection = (int)LINUX_RESULT(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connection < 0) return connection;
    result = (int)LINUX_RESULT(connect(connection, (struct sockaddr *)&address, sizeof address));
    if (result == 0) return connection;
    close(connection);
    return result;
}

int linux_accept_own(int listener) {
    int connection = (int)LINUX_RESULT(accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection < 0) return connection;
    struct ucred peer;
    socklen_t length = sizeof peer;
    int result = (int)LINUX_RESULT(getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length));
    if (result == 0 && peer.uid != geteuid()) result = -EACCES;
    if (result == 0) return connection;
    close(connection);
    return result;
}

int linux_event_counter(void) { return (int)LINUX_RESULT(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int linux_close_from(unsigned first) { return (int)LINUX_RESULT(syscall(SYS_close_range, first, ~0U, 0)); }

int linux_replace_descriptor(int from, int to) { return (int)LINUX_RESULT(dup2(from, to)); }
