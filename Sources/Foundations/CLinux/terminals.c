#include "result.h"

#include "CLinux.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

_Static_assert(sizeof(struct termios) <= sizeof(struct linux_terminal_mode), "no room for struct termios");

int linux_open_terminal_controller(void) {
    int fd = (int)LINUX_RESULT(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (fd < 0) return fd;
    if (grantpt(fd) == -1 || unlockpt(fd) == -1) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int linux_open_terminal_peer(int controller, int flags) {
    return (int)LINUX_RESULT(ioctl(controller, TIOCGPTPEER, flags));
}

int linux_get_window_size(int fd, uint16_t *rows, uint16_t *columns) {
    struct winsize size;
    int result = (int)LINUX_RESULT(ioctl(fd, TIOCGWINSZ, &size));
    if (result != 0) return result;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

int linux_set_window_size(int fd, uint16_t rows, uint16_t columns) {
    const struct winsize size = {.ws_row = rows, .ws_col = columns};
    return (int)LINUX_RESULT(ioctl(fd, TIOCSWINSZ, &size));
}

int linux_get_terminal_mode(int fd, struct linux_terminal_mode *mode) {
    struct termios attributes;
    int result = (int)LINUX_RESULT(tcgetattr(fd, &attributes));
    if (result == 0) memcpy(mode, &attributes, sizeof attributes);
    return result;
}

int linux_set_terminal_mode(int fd, const struct linux_terminal_mode *mode) {
    struct termios attributes;
    memcpy(&attributes, mode, sizeof attributes);
    return (int)LINUX_RESULT(tcsetattr(fd, TCSADRAIN, &attributes));
}

void linux_make_raw(struct linux_terminal_mode *mode) {
    struct termios attributes;
    memcpy(&attributes, mode, sizeof attributes);
    cfmakeraw(&attributes);
    memcpy(mode, &attributes, sizeof attributes);
}
