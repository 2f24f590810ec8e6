import Glibc
import LinuxSystem
import Testing

@testable import ImageBuild

@Suite struct SocketRelayTests {
    /// Answers each connection with what it receives, until that ends.
    private func echo(_ listener: Int32) throws -> PlainThread {
        try PlainThread {
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 { return }
                var buffer = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = read(connection, &buffer, buffer.count)
                    if count <= 0 { break }
                    _ = write(connection, buffer, count)
                }
                close(connection)
            }
        }
    }

    @Test func moreConnectionsThanAllowedWaitForOthersToEnd() throws {
        let base = "/tmp/relay-\(RandomBytes.hex(8))"
        try Files.makeDirectories("\(base)/relay", mode: 0o700)
        defer { try? Files.removeTree(base) }
        let server = try SocketRelay.socket()
        #expect(try SocketRelay.withAddress("\(base)/server") { bind(server.raw, $0, $1) } == 0)
        #expect(listen(server.raw, 128) == 0)
        let relay = try SocketRelay(to: PathHandle(trusting: "\(base)/server"), in: "\(base)/relay")
        defer { relay.close() }
        var clients: [Int32] = []
        defer { for client in clients { close(client) } }
        for _ in 0..<70 {
            let client = try SocketRelay.socket()
            #expect(try SocketRelay.withAddress("\(base)/relay/socket") { connect(client.raw, $0, $1) } == 0)
            clients.append(client.release())
        }
        var first = pollfd(fd: server.raw, events: Int16(POLLIN), revents: 0)
        var accepted: [Int32] = []
        for _ in 0..<64 {
            guard poll(&first, 1, 10_000) == 1 else { break }
            accepted.append(accept(server.raw, nil, nil))
        }
        #expect(accepted.count == 64)
        #expect(poll(&first, 1, 200) == 0)
        for socket in accepted + clients.prefix(64) { close(socket) }
        clients.removeFirst(64)
        for _ in 0..<6 {
            #expect(poll(&first, 1, 10_000) == 1)
            close(accept(server.raw, nil, nil))
        }
    }

    @Test func bytesArriveInBothDirections() throws {
        let base = "/tmp/relay-\(RandomBytes.hex(8))"
        try Files.makeDirectories("\(base)/relay", mode: 0o700)
        defer { try? Files.removeTree(base) }
        let server = try SocketRelay.socket()
        #expect(try SocketRelay.withAddress("\(base)/server") { bind(server.raw, $0, $1) } == 0)
        #expect(listen(server.raw, 4) == 0)
        let thread = try echo(server.raw)
        let relay = try SocketRelay(to: PathHandle(trusting: "\(base)/server"), in: "\(base)/relay")
        #expect(try relay.handle().status().kind == .socket)
        let sent = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
        for _ in 0..<2 {
            let client = try SocketRelay.socket()
            #expect(try SocketRelay.withAddress("\(base)/relay/socket") { connect(client.raw, $0, $1) } == 0)
            let descriptor = client.raw
            let writer = try PlainThread {
                _ = sent.withUnsafeBytes { bytes in
                    var done = 0
                    while done < bytes.count {
                        let count = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                        if count <= 0 { break }
                        done += count
                    }
                    return done
                }
                shutdown(descriptor, Int32(SHUT_WR))
            }
            let received = try client.readAll(limit: 1 << 20)
            writer.join()
            #expect(received == sent)
        }
        // A connection that stays open does not keep the relay from closing.
        let idle = try SocketRelay.socket()
        #expect(try SocketRelay.withAddress("\(base)/relay/socket") { connect(idle.raw, $0, $1) } == 0)
        relay.close()
        #expect(!Files.exists("\(base)/relay/socket"))
        shutdown(server.raw, Int32(SHUT_RDWR))
        thread.join()
    }
}
