import Glibc
import LinuxSystem
import Synchronization

/// An HTTP server on a free port of 127.0.0.1 that answers as a closure says, one connection and one request at a time.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        let verb: String
        let target: String
        /// All lines of the head but the first.
        let fields: [String]

        func field(_ name: String) -> String? {
            fields.first { $0.lowercased().hasPrefix("\(name.lowercased()): ") }
                .map { String($0.dropFirst(name.utf8.count + 2)) }
        }
    }

    private let listener: Int32
    private let seen = Mutex<[Request]>([])
    let port: UInt16

    init(_ answer: @escaping @Sendable (Request, _ port: UInt16) -> [UInt8]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw LinuxError("listen", code: errno) }
        port = UInt16(bigEndian: address.sin_port)
        _ = try PlainThread { [self] in serve(answer) }
    }

    /// Ends the server's thread.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    var host: String { "127.0.0.1:\(port)" }
    var requests: [Request] { seen.withLock { $0 } }

    private func serve(_ answer: (Request, UInt16) -> [UInt8]) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            if let request = read(connection) {
                seen.withLock { $0.append(request) }
                let bytes = answer(request, port)
                _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                shutdown(connection, Int32(SHUT_WR))
                // What has not been read would break the connection before the answer arrives.
                var rest = [UInt8](repeating: 0, count: 65536)
                while recv(connection, &rest, rest.count, 0) > 0 {}
            }
            close(connection)
        }
        close(listener)
    }

    /// The request with its body read; nil for what is none, such as the beginning of TLS.
    private func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            if bytes.first == 0x16 { return nil }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n") else { continue }
            let lines = text[..<end.lowerBound].split(separator: "\r\n").map(String.init)
            let words = (lines.first ?? "").split(separator: " ").map(String.init)
            guard words.count == 3 else { return nil }
            let request = Request(verb: words[0], target: words[1], fields: Array(lines.dropFirst()))
            let body = text[end.upperBound...].utf8.count
            if request.field("Transfer-Encoding") == "chunked" {
                guard text.hasSuffix("0\r\n\r\n") else { continue }
            } else if let length = request.field("Content-Length").flatMap({ Int($0) }), body < length {
                continue
            }
            return request
        }
    }
}

/// A whole response, after which the connection ends.
func response(_ status: String, _ fields: [String] = [], body: String = "", length: Int? = nil) -> [UInt8] {
    let head = ["HTTP/1.1 \(status)", "Connection: close", "Content-Length: \(length ?? body.utf8.count)"] + fields
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
}
