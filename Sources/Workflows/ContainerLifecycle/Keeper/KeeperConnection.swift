import Glibc
import LinuxSystem

/// A client connected to a keeper. Used by the keeper's serving thread only.
final class KeeperConnection {
    private let socket: Int32
    private var parser = KeeperFrameParser()
    private var outbound: [UInt8] = []
    private(set) var isClosed = false
    var streams: KeeperStreams = []
    var size: WindowSize?

    private static let mostOutbound = 1 << 18

    init(_ socket: Int32) { self.socket = socket }

    /// Whether it has to read before the container's output is read on.
    var isFull: Bool { outbound.count > Self.mostOutbound }

    func watched(takesInput: Bool) -> pollfd {
        let events = (takesInput ? POLLIN : 0) | (outbound.isEmpty ? 0 : POLLOUT)
        return pollfd(fd: isClosed ? -1 : socket, events: Int16(events), revents: 0)
    }

    func send(_ frame: KeeperFrame) {
        outbound += frame.bytes
        write()
    }

    /// Receives and sends what is possible without waiting.
    func exchange() {
        write()
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 { parser.add(buffer[..<count]) }
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { close() }
    }

    func next() throws(ContainerError) -> KeeperFrame? { try parser.next() }

    private func write() {
        while !outbound.isEmpty, !isClosed {
            let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
            let count = Glibc.send(socket, outbound, outbound.count, flags)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            if count <= 0 { return close() }
            outbound.removeFirst(count)
        }
    }

    /// Sends the rest, as long as the client reads it within this time.
    func flush(milliseconds: Int32) {
        while !outbound.isEmpty, !isClosed {
            var ready = [pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)]
            if poll(&ready, 1, milliseconds) <= 0 { return }
            write()
        }
    }

    func close() {
        if !isClosed { _ = Glibc.close(socket) }
        isClosed = true
        outbound = []
    }
}
