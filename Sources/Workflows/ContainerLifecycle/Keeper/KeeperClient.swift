package import ContainerStore
import Glibc
package import LinuxSystem

/// A connection to a container's keeper.
package struct KeeperClient: ~Copyable {
    private let socket: OwnedFD
    private var parser = KeeperFrameParser()

    /// Connects to the keeper of a container; nil when it has none.
    package init?(of container: ManagedContainer, in store: ContainerStore) throws {
        let directory = try store.runDirectory(container: container.id)
        do throws(LinuxError) {
            socket = try UnixSocket.connect(in: directory, ContainerKeeper.socketName)
        } catch {
            guard error.isMissing || error.code == ECONNREFUSED else { throw error }
            return nil
        }
    }

    /// The descriptor to wait for.
    package var fd: Int32 { socket.raw }

    /// What the keeper sent.
    package enum Event {
        case accepted, output([UInt8]), error([UInt8]), exited(Int32), closed
    }

    /// Waits for the next event.
    package mutating func next() throws -> Event {
        while true {
            if let frame = try parser.next() {
                switch frame.kind {
                case .accepted: return .accepted
                case .output: return .output(frame.content)
                case .error: return .error(frame.content)
                case .exit: return .exited(Int32(bitPattern: KeeperFrame.number(frame.content[...])))
                default: continue
                }
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(socket.raw, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .closed }
            parser.add(buffer[..<count])
        }
    }

    /// Attaches, and waits until that is done: no later output is missed.
    package mutating func attach(_ streams: KeeperStreams) throws {
        try send(KeeperFrame(kind: .attach, content: [streams.rawValue]))
        guard case .accepted = try next() else {
            throw ContainerError(.notRunning, "the container has just ended")
        }
    }

    package func send(input: [UInt8]) throws { try send(KeeperFrame(kind: .input, content: input)) }

    package func endInput() throws { try send(KeeperFrame(kind: .inputEnd)) }

    package func send(size: WindowSize) throws {
        let number = UInt32(size.rows) << 16 | UInt32(size.columns)
        try send(KeeperFrame(kind: .size, content: KeeperFrame.bigEndian(number)))
    }

    /// Asks the keeper not to restart the container, and waits for its answer.
    mutating func holdRestarts() throws {
        try send(KeeperFrame(kind: .holdRestarts))
        while true {
            switch try next() {
            case .accepted, .closed: return
            default: continue
            }
        }
    }

    private func send(_ frame: KeeperFrame) throws {
        var bytes = frame.bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Glibc.send(socket.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            // The end of the connection is seen by its reader.
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

extension ManagedContainer {
    /// Keeps the container's policy from restarting it.
    func holdRestarts(in store: ContainerStore) throws {
        guard let settings = definition.supervision, settings.restartPolicy != "no",
            var client = try KeeperClient(of: self, in: store)
        else { return }
        try client.holdRestarts()
    }
}
