/// Pseudo-terminals.
#ifndef CLINUX_TERMINALS_H
#define CLINUX_TERMINALS_H

#include <stddef.h>
#include <stdint.h>

/// Room for a `struct termios`.
struct linux_terminal_mode {
    uint64_t storage[16];
};

/// Returns a new, unlocked pseudo-terminal controller, or `-errno`.
int linux_open_terminal_controller(void);

/// Opens the other end of `controller`, through the controller itself, so that the /dev/pts of its mount namespace is
/// not needed. `flags` are O_*.
int linux_open_terminal_peer(int controller, int flags);

int linux_get_window_size(int fd, uint16_t *rows, uint16_t *columns);

int linux_set_window_size(int fd, uint16_t rows, uint16_t columns);

int linux_get_terminal_mode(int fd, struct linux_terminal_mode *mode);

int linux_set_terminal_mode(int fd, const struct linux_terminal_mode *mode);

/// Changes `mode` to raw mode: all bytes pass unchanged both ways.
void linux_make_raw(struct linux_terminal_mode *mode);

#endif
