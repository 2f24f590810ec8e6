import Glibc
import LinuxSystem

/// Serves a container's streams: reads its output, writes the log, and connects clients to it.
///
/// Runs in a thread of its own; orders arrive through a pipe. While a client does not read what it is sent, neither is
/// the container's output read: nothing is lost, as with any pipe.
struct KeeperLoop: ~Copyable {
    let orders: OwnedFD
    let answers: OwnedFD
    let listener: OwnedFD
    var log: ContainerLogWriter?
    var clients: [KeeperConnection] = []
    /// The container's streams on this side; -1 when there is none. With a terminal, input and output are its controller.
    var input: Int32 = -1
    var output: Int32 = -1
    var error: Int32 = -1
    var hasTerminal = false
    /// For the container's input.
    var pending: [UInt8] = []
    var inputHasEnded = false
    /// No process has the terminal open.
    private var isMuted = false
    private var isStopping = false
    private var hasQuit = false

    private static let mostPending = 1 << 16
    /// As long as a line of a log may be, like Podman's.
    static let chunkSize = 8192

    init(
        orders: consuming OwnedFD, answers: consuming OwnedFD, listener: consuming OwnedFD,
        log: consuming ContainerLogWriter?
    ) {
        self.orders = orders
        self.answers = answers
        self.listener = listener
        self.log = log
    }

    mutating func run() {
        while !hasQuit { turn() }
        for client in clients { client.close() }
    }

    private mutating func turn() {
        let reads = !clients.contains { $0.isFull }
        let takesInput = pending.count < Self.mostPending
        var watched = [
            pollfd(fd: orders.raw, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listener.raw, events: Int16(POLLIN), revents: 0),
            pollfd(fd: reads && !isMuted ? output : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: reads ? error : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: pending.isEmpty ? -1 : input, events: Int16(POLLOUT), revents: 0),
        ]
        watched += clients.map { $0.watched(takesInput: takesInput) }
        guard poll(&watched, nfds_t(watched.count), isMuted ? 20 : -1) >= 0 else { return }
        isMuted = false
        for (index, client) in clients.enumerated() where watched[5 + index].revents != 0 { serve(client) }
        clients.removeAll { $0.isClosed }
        if watched[4].revents != 0 { sendInput() }
        if watched[2].revents != 0, !copy(from: output, isError: false) { endOutput() }
        if watched[3].revents != 0, !copy(from: error, isError: true) { Self.close(&error) }
        if watched[1].revents != 0, let connection = UnixSocket.accept(listener.raw) {
            clients.append(KeeperConnection(connection.release()))
        }
        if watched[0].revents != 0 { obey() }
    }

    private mutating func obey() {
        guard let order = KeeperOrder.receive(from: orders.raw) else {
            hasQuit = true
            return
        }
        switch order.kind {
        case .begin:
            (input, output, error) = (order.numbers[0], order.numbers[1], order.numbers[2])
            (pending, inputHasEnded, hasTerminal) = ([], false, false)
            for stream in [input, output, error] where stream >= 0 { Self.makeNonBlocking(stream) }
        case .console:
            input = order.numbers[0]
            output = input
            hasTerminal = true
            Self.makeNonBlocking(input)
            for client in clients { if let size = client.size { resize(size) } }
        case .end: finish(order.numbers[0])
        case .quit: hasQuit = true
        }
    }

    /// Copies what the container has left in its pipes, and tells the clients how it ended.
    private mutating func finish(_ code: Int32) {
        while output >= 0, copy(from: output, isError: false, untilEmpty: true) {}
        while error >= 0, copy(from: error, isError: true, untilEmpty: true) {}
        let exit = KeeperFrame(kind: .exit, content: KeeperFrame.bigEndian(UInt32(bitPattern: code)))
        for client in clients {
            client.send(exit)
            client.flush(milliseconds: 5000)
            client.close()
        }
        clients = []
        if input == output { input = -1 }
        for stream in [input, output, error] where stream >= 0 { _ = Glibc.close(stream) }
        (input, output, error) = (-1, -1, -1)
        answer(KeeperOrder.drained)
    }

    private func answer(_ byte: UInt8) {
        var byte = byte
        _ = write(answers.raw, &byte, 1)
    }

    private mutating func endOutput() {
        // A terminal may be opened again; its end is that of the container.
        if hasTerminal { isMuted = true } else { Self.close(&output) }
    }

    /// Copies one piece of output; false at the end.
    private mutating func copy(from stream: Int32, isError: Bool, untilEmpty: Bool = false) -> Bool {
        var buffer = [UInt8](repeating: 0, count: Self.chunkSize)
        let count = read(stream, &buffer, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return errno == EINTR || !untilEmpty }
        guard count > 0 else { return false }
        log?.append(buffer[..<count], ofError: isError)
        let frame = KeeperFrame(kind: isError ? .error : .output, content: Array(buffer[..<count]))
        for client in clients where client.streams.contains(isError ? .error : .output) { client.send(frame) }
        return true
    }

    mutating func sendInput() {
        while input >= 0, !pending.isEmpty {
            let count = write(input, pending, pending.count)
            if count < 0, errno == EAGAIN || errno == EINTR { break }
            // Nobody reads it any more.
            pending.removeFirst(count > 0 ? count : pending.count)
        }
        if inputHasEnded, pending.isEmpty, input >= 0, !hasTerminal { Self.close(&input) }
    }

    private static func close(_ stream: inout Int32) {
        if stream >= 0 { _ = Glibc.close(stream) }
        stream = -1
    }

    private static func makeNonBlocking(_ stream: Int32) {
        _ = fcntl(stream, F_SETFL, fcntl(stream, F_GETFL) | O_NONBLOCK)
    }

    func resize(_ size: WindowSize) {
        if hasTerminal, output >= 0 { try? size.apply(toTerminal: output) }
    }
}

extension KeeperLoop {
    private static let endOfTransmission: UInt8 = 4

    /// Takes what a client has sent, and sends what is waiting for it.
    private mutating func serve(_ client: KeeperConnection) {
        client.exchange()
        do throws(ContainerError) {
            while let frame = try client.next() { handle(frame, of: client) }
        } catch {
            client.close()
        }
    }

    private mutating func handle(_ frame: KeeperFrame, of client: KeeperConnection) {
        switch frame.kind {
        case .attach:
            client.streams = KeeperStreams(rawValue: frame.content.first ?? 0)
            client.send(KeeperFrame(kind: .accepted))
        case .input where client.streams.contains(.input) && input >= 0:
            pending += frame.content
            sendInput()
        case .inputEnd where client.streams.contains(.input):
            // A terminal has a key for that instead.
            if hasTerminal { pending.append(Self.endOfTransmission) } else { inputHasEnded = true }
            sendInput()
        case .size where frame.content.count == 4:
            let number = KeeperFrame.number(frame.content[...])
            let size = WindowSize(
                rows: UInt16(truncatingIfNeeded: number >> 16), columns: UInt16(truncatingIfNeeded: number))
            client.size = size
            resize(size)
        case .holdRestarts:
            if !isStopping { answer(KeeperOrder.stopRequested) }
            isStopping = true
            client.send(KeeperFrame(kind: .accepted))
        default: break
        }
    }
}
