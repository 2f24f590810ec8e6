import Glibc
import JSONText

/// slirp4netns's control socket (slirp4netns(1), API SOCKET): one request and one response per connection.
enum SlirpControl {
    static func publish(
        _ ports: [UserModeNetwork.Port], to address: String, socket: String
    ) throws(SandboxError) {
        for port in ports {
            let request: JSONValue = [
                "execute": "add_hostfwd",
                "arguments": [
                    "proto": .string(port.transport.rawValue),
                    "host_addr": .string(port.hostAddress.isEmpty ? "0.0.0.0" : port.hostAddress),
                    "host_port": .integer(Int64(port.host)), "guest_addr": .string(address),
                    "guest_port": .integer(Int64(port.container)),
                ],
            ]
            let answer = try exchange(request.serialized(), socket: socket)
            guard let json = try? JSONValue(parsing: answer), json["return"] != nil else {
                let text = String(decoding: answer.prefix(200), as: UTF8.self)
                throw SandboxError(.setup, "slirp4netns could not publish port \(port.host): \(text)")
            }
        }
    }

    private static func exchange(_ request: [UInt8], socket path: String) throws(SandboxError) -> [UInt8] {
        let handle = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard handle >= 0 else { throw SandboxError(.setup, "socket", errno: errno) }
        defer { close(handle) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw SandboxError(.setup, "connect to \(path)", errno: ENAMETOOLONG) }
        let connected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(handle, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0, send(handle, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw SandboxError(.setup, "connect to \(path)", errno: errno)
        }
        shutdown(handle, Int32(SHUT_WR))
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while answer.count < 1 << 16 {
            let count = read(handle, &chunk, chunk.count)
            if count <= 0 { break }
            answer += chunk[..<count]
        }
        return answer
    }
}
