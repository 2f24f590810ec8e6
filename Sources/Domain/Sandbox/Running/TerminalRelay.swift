import CSandbox
import Glibc

/// Connects this process's standard input and output to a container's terminal until the container ends.
struct TerminalRelay {
    private let console: Int32
    private let process: Int32
    private let slot: Int32
    /// Input not yet consumed by the container.
    private var pending: [UInt8] = []
    private var inputIsOpen = true
    private var isTerminal = false
    private var isHungUp = false

    /// How long a container may continue after its user's terminal is gone, in milliseconds.
    private static let graceAfterHangup: Int32 = 2000

    private static let endOfTransmission: UInt8 = 4
    private static let mostPending = 1 << 16

    /// - Parameters:
    ///   - console: the controller of the container's terminal.
    ///   - process: a descriptor that becomes readable when the container ends.
    ///   - slot: the container's signal relay, for window size changes.
    init(console: Int32, process: Int32, slot: Int32) {
        self.console = console
        self.process = process
        self.slot = slot
    }

    /// Copies both ways. A terminal on standard input is in raw mode meanwhile; it is reset when this returns, or by
    /// another process if this one dies.
    ///
    /// - Returns: false if the terminal on standard input was closed and the container has not ended by itself since.
    consuming func run() -> Bool {
        var saved = termios()
        isTerminal = tcgetattr(STDIN_FILENO, &saved) == 0
        if isTerminal {
            _ = sandbox_guard_terminal(STDIN_FILENO, &saved)
            var raw = saved
            cfmakeraw(&raw)
            _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
        }
        if slot >= 0, isatty(STDOUT_FILENO) == 1 || isTerminal {
            sandbox_relay_window(slot, isTerminal ? STDIN_FILENO : STDOUT_FILENO, console)
        }
        _ = fcntl(console, F_SETFL, fcntl(console, F_GETFL) | O_NONBLOCK)
        while exchange() {}
        if !isHungUp { drain() }
        var ending = pollfd(fd: process, events: Int16(POLLIN), revents: 0)
        let hasEnded = !isHungUp || poll(&ending, 1, Self.graceAfterHangup) > 0
        if isTerminal {
            _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &saved)
            _ = sandbox_guard_terminal(STDIN_FILENO, nil)
        }
        return hasEnded
    }

    /// Waits for and performs the next transfer; false once the container has ended.
    private mutating func exchange() -> Bool {
        let readsInput = inputIsOpen && pending.count < Self.mostPending
        var watched = [
            pollfd(fd: process, events: Int16(POLLIN), revents: 0),
            pollfd(fd: console, events: Int16(POLLIN | (pending.isEmpty ? 0 : POLLOUT)), revents: 0),
            pollfd(fd: readsInput ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&watched, nfds_t(watched.count), -1) >= 0 else { return errno == EINTR }
        if watched[2].revents != 0 { takeInput() }
        if !pending.isEmpty { sendInput() }
        // No process has the terminal open at the moment: wait for the end without busy looping.
        if watched[1].revents != 0, !copyOutput(), watched[0].revents == 0 {
            var ending = pollfd(fd: process, events: Int16(POLLIN), revents: 0)
            _ = poll(&ending, 1, 20)
        }
        return watched[0].revents == 0 && !isHungUp
    }

    private mutating func takeInput() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count > 0 {
            pending += buffer[..<count]
        } else if count == 0 || errno != EINTR && errno != EAGAIN {
            inputIsOpen = false
            // A terminal in raw mode has no end-of-file character.
            isHungUp = isTerminal
            pending.append(Self.endOfTransmission)
        }
    }

    private mutating func sendInput() {
        let count = write(console, pending, pending.count)
        if count > 0 {
            pending.removeFirst(count)
        }
    }

    /// Copies the result of one read; false at the end or if there is no data.
    private func copyOutput() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(console, &buffer, buffer.count)
        guard count > 0 else { return false }
        var offset = 0
        while offset < count {
            let written = buffer.withUnsafeBytes { bytes in
                bytes.baseAddress.map { write(STDOUT_FILENO, $0 + offset, count - offset) } ?? 0
            }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { break }
            offset += written
        }
        return true
    }

    private func drain() {
        while copyOutput() {}
    }
}
