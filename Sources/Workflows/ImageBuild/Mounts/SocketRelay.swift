import Glibc
import LinuxSystem

/// A Unix socket that passes its connections on to another one, and that may therefore have another owner and mode.
///
/// `@unchecked Sendable`: the values never change; what threads share are descriptors.
final class SocketRelay: @unchecked Sendable {
    private let target: PathHandle
    private let path: String
    private let listener: OwnedFD
    private let connections = ConnectionThreads()
    private var thread: PlainThread?

    /// - Parameters:
    ///   - target: the socket to connect to.
    ///   - directory: a directory of this process's own, for the new socket.
    init(to target: PathHandle, in directory: String) throws {
        self.target = target
        path = "\(directory)/socket"
        listener = try Self.socket()
        let place = try OwnedFD.open(directory, OpenFlags.path)
        // The address has room for 107 bytes only.
        let result = try Self.withAddress("/proc/self/fd/\(place.raw)/socket") { bind(listener.raw, $0, $1) }
        guard result == 0, listen(listener.raw, 64) == 0 else { throw LinuxError("bind", path, code: errno) }
        thread = try PlainThread { [self] in accept() }
    }

    /// The new socket.
    func handle() throws(LinuxError) -> PathHandle { try PathHandle(trusting: path) }

    /// Ends all connections.
    func close() {
        guard let thread else { return }
        self.thread = nil
        shutdown(listener.raw, Int32(SHUT_RDWR))
        connections.stop()
        thread.join()
        connections.join()
        try? Files.removeFile(path)
    }

    static func socket() throws(LinuxError) -> OwnedFD {
        let handle = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard handle >= 0 else { throw LinuxError("socket", code: errno) }
        return OwnedFD(adopting: handle)
    }

    static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(LinuxError) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw LinuxError("socket", path, code: ENAMETOOLONG) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Accepts connections until the listener is shut down.
    private func accept() {
        // What has no room waits in the listener's queue.
        while connections.waitForRoom() {
            let incoming = Glibc.accept(listener.raw, nil, nil)
            if incoming < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            _ = fcntl(incoming, F_SETFD, FD_CLOEXEC)
            let client = OwnedFD(adopting: incoming)
            guard let server = try? Self.socket(),
                let result = try? Self.withAddress("/proc/self/fd/\(target.fd)", { connect(server.raw, $0, $1) }),
                result == 0
            else { continue }
            connections.start(client.release(), server.release())
        }
    }
}

/// The threads of a relay's connections.
private final class ConnectionThreads: @unchecked Sendable {
    /// More connections than any program keeps open to an agent at a time.
    static let limit = 64

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var threads: [Int32: PlainThread] = [:]
    /// Threads that have done their work.
    private var finished: [PlainThread] = []
    private var sockets: Set<Int32> = []
    private var isStopped = false

    init() {
        pthread_mutex_init(lock, nil)
        pthread_cond_init(change, nil)
    }

    deinit {
        pthread_cond_destroy(change)
        change.deallocate()
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Waits until there are fewer connections than allowed; false if there will be no more.
    func waitForRoom() -> Bool {
        let (goesOn, ended) = locked {
            while threads.count >= Self.limit, !isStopped { pthread_cond_wait(change, lock) }
            defer { finished = [] }
            return (!isStopped, finished)
        }
        for thread in ended { thread.join() }
        return goesOn
    }

    private func locked<T>(_ body: () -> T) -> T {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }

    /// Copies in both directions until both sides have ended; then closes both sockets.
    func start(_ client: Int32, _ server: Int32) {
        locked {
            guard !isStopped else {
                close(client)
                close(server)
                return
            }
            sockets.formUnion([client, server])
            let thread = try? PlainThread { [self] in
                Self.copy(client, server)
                locked {
                    if let thread = threads.removeValue(forKey: client) { finished.append(thread) }
                    pthread_cond_signal(change)
                    sockets.subtract([client, server])
                    close(client)
                    close(server)
                }
            }
            if let thread {
                threads[client] = thread
            } else {
                sockets.subtract([client, server])
                close(client)
                close(server)
            }
        }
    }

    func stop() {
        locked {
            isStopped = true
            pthread_cond_signal(change)
            for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    func join() {
        for thread in locked({ Array(threads.values) + finished }) { thread.join() }
    }

    private static func copy(_ client: Int32, _ server: Int32) {
        var watched = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while watched.contains(where: { $0.fd >= 0 }) {
            if poll(&watched, 2, -1) < 0 {
                if errno == EINTR { continue }
                return
            }
            for (index, output) in [(0, server), (1, client)]
            where watched[index].fd >= 0 && watched[index].revents != 0 {
                let count = read(watched[index].fd, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 {
                    shutdown(output, Int32(SHUT_WR))
                    watched[index].fd = -1
                } else if !send(buffer[..<count], to: output) {
                    return
                }
            }
        }
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to output: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(output, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
