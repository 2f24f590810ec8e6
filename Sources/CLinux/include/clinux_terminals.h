/// Pseudo-terminals.
#ifndef CLINUX_TERMINALS_H
#define CLINUX_TERMINALS_H

#include "clinux_result.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

/// A new, unlocked pseudo-terminal controller, or `-errno`.
static inline int linux_open_terminal_controller(void) {
    int fd = (int)LINUX_RESULT(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (fd < 0) return fd;
    if (grantpt(fd) == -1 || unlockpt(fd) == -1) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

/// The other end of `controller`, opened through the controller itself so that no /dev/pts of the right mount
/// namespace is needed. `flags` are O_*.
static inline int linux_open_terminal_peer(int controller, int flags) {
    return (int)LINUX_RESULT(ioctl(controller, TIOCGPTPEER, flags));
}

/// Writes the controller's peer path into `buffer`. Returns 0 or `-errno`.
static inline int linux_terminal_peer_name(int controller, char *buffer, size_t size) {
    return -ptsname_r(controller, buffer, size);
}

static inline int linux_get_window_size(int fd, struct winsize *size) {
    return (int)LINUX_RESULT(ioctl(fd, TIOCGWINSZ, size));
}

static inline int linux_set_window_size(int fd, const struct winsize *size) {
    return (int)LINUX_RESULT(ioctl(fd, TIOCSWINSZ, size));
}

static inline int linux_get_terminal_attributes(int fd, struct termios *attributes) {
    return (int)LINUX_RESULT(tcgetattr(fd, attributes));
}

static inline int linux_set_terminal_attributes(int fd, const struct termios *attributes) {
    return (int)LINUX_RESULT(tcsetattr(fd, TCSADRAIN, attributes));
}

static inline void linux_make_raw(struct termios *attributes) {
    cfmakeraw(attributes);
}

#endif
