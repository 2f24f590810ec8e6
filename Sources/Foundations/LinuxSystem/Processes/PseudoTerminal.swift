import CLinux
import Glibc

/// A terminal's size in characters.
package struct WindowSize: Sendable, Equatable {
    /// Lines and columns.
    package var rows, columns: UInt16

    /// Creates a size.
    package init(rows: UInt16, columns: UInt16) {
        (self.rows, self.columns) = (rows, columns)
    }

    /// The size of a terminal; throws `ENOTTY` for anything else.
    package static func of(terminal fd: Int32) throws(LinuxError) -> WindowSize {
        var size = WindowSize(rows: 0, columns: 0)
        try checked(linux_get_window_size(fd, &size.rows, &size.columns), "get window size")
        return size
    }

    /// Sets a terminal's size; its foreground processes get SIGWINCH if it changes.
    package func apply(toTerminal fd: Int32) throws(LinuxError) {
        try checked(linux_set_window_size(fd, rows, columns), "set window size")
    }
}

/// A pseudo-terminal pair (pty(7)).
package struct PseudoTerminal: ~Copyable, Sendable {
    /// The controller's end, for the program that acts as the terminal.
    package let controller: OwnedFD

    /// Creates a pair in the current /dev/pts.
    package init() throws(LinuxError) {
        controller = OwnedFD(adopting: try checked(linux_open_terminal_controller(), "open pseudo-terminal"))
    }

    /// Takes ownership of a controller opened elsewhere, such as in a container's own /dev/pts.
    package init(adopting controller: consuming OwnedFD) {
        self.controller = controller
    }

    /// Opens the end for the programs in the terminal, without making it this process's controlling terminal.
    package func openPeer() throws(LinuxError) -> OwnedFD {
        let flags = O_RDWR | O_NOCTTY | LINUX_O_CLOEXEC
        return OwnedFD(adopting: try checked(linux_open_terminal_peer(controller.raw, flags), "open terminal"))
    }
}

/// Puts a terminal into raw mode: all bytes pass unchanged. `restore` sets the previous mode.
package struct RawTerminalMode: Sendable {
    private let fd: Int32
    private let former: linux_terminal_mode

    /// Changes the mode of a terminal, which the caller keeps open; throws `ENOTTY` for anything else.
    package init(terminal fd: Int32) throws(LinuxError) {
        var mode = linux_terminal_mode()
        try checked(linux_get_terminal_mode(fd, &mode), "get terminal mode")
        self.fd = fd
        former = mode
        linux_make_raw(&mode)
        try checked(linux_set_terminal_mode(fd, &mode), "set terminal mode")
    }

    /// Restores the previous mode.
    package func restore() {
        var mode = former
        _ = linux_set_terminal_mode(fd, &mode)
    }
}
