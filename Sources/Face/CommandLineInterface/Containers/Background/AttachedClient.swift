import ContainerLifecycle
import Glibc
import LinuxSystem

/// Connects this process's standard streams to a container that its keeper runs.
struct AttachedClient {
    enum Outcome {
        case exited(Int32)
        case detached
    }

    let hasTerminal: Bool
    let takesInput: Bool
    var keys: DetachKeys

    /// Copies in both directions until the container has ended, or the keys to detach were typed. A terminal on standard
    /// input is in raw mode meanwhile.
    mutating func run(_ client: inout KeeperClient) throws -> Outcome {
        let mode = hasTerminal && takesInput ? try? RawTerminalMode(terminal: STDIN_FILENO) : nil
        defer { mode?.restore() }
        var size: WindowSize?
        var inputIsOpen = takesInput
        while true {
            if hasTerminal, let now = try? WindowSize.of(terminal: STDOUT_FILENO), now != size {
                try client.send(size: now)
                size = now
            }
            var watched = [
                pollfd(fd: client.fd, events: Int16(POLLIN), revents: 0),
                pollfd(fd: inputIsOpen ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
            ]
            // The size of the terminal is looked at from time to time.
            if poll(&watched, 2, hasTerminal ? 200 : -1) < 0 { continue }
            if watched[1].revents != 0 {
                var buffer = [UInt8](repeating: 0, count: 1 << 14)
                let count = read(STDIN_FILENO, &buffer, buffer.count)
                if count > 0 {
                    let (input, detaches) = keys.filter(buffer[..<count])
                    if !input.isEmpty { try client.send(input: input) }
                    if detaches { return .detached }
                } else if count == 0 || errno != EINTR && errno != EAGAIN {
                    inputIsOpen = false
                    try client.endInput()
                }
            }
            if watched[0].revents != 0, let outcome = try take(&client) { return outcome }
        }
    }

    private func take(_ client: inout KeeperClient) throws -> Outcome? {
        switch try client.next() {
        case .accepted: return nil
        case .output(let bytes): StandardStream.output.writeUnchanged(bytes)
        case .error(let bytes): StandardStream.error.writeUnchanged(bytes)
        case .exited(let code): return .exited(code)
        case .closed: throw CommandError("the container's keeper was killed")
        }
        return nil
    }
}
