import Glibc
import Sandbox

/// `--publish`: `[[ADDRESS:][HOST]:]CONTAINER[/PROTOCOL]`, where both ports may be ranges of the same length.
enum PortFlag {
    static func parse(_ text: String) throws -> [UserModeNetwork.Port] {
        let invalid = CommandError(
            "invalid port \"\(text)\": it needs the form [[ADDRESS:][HOST]:]CONTAINER[/PROTOCOL]")
        let (places, transport) = try splitProtocol(text, invalid)
        var parts = places.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var address = ""
        if places.hasPrefix("["), let end = places.firstIndex(of: "]") {
            // An IPv6 address contains colons itself.
            address = String(places[places.index(after: places.startIndex)..<end])
            parts = places[places.index(after: end)...].split(separator: ":", omittingEmptySubsequences: false)
                .map(String.init)
            guard parts.first == "" else { throw invalid }
        } else if parts.count == 3 {
            address = parts[0]
        }
        guard (1...3).contains(parts.count), let target = parts.last, let containers = range(target) else {
            throw invalid
        }
        guard address.isEmpty || isAddress(address) else {
            throw CommandError("invalid port \"\(text)\": \(address) is not an IP address")
        }
        let source = parts.count > 1 ? parts[parts.count - 2] : ""
        let hosts =
            try source.isEmpty ? containers.map { _ in try FreePort.find(transport) } : range(source).map(Array.init)
        guard let hosts, hosts.count == containers.count else { throw invalid }
        return zip(hosts, containers).map { host, container in
            UserModeNetwork.Port(hostAddress: address, host: host, container: container, transport: transport)
        }
    }

    /// The port in a form that can be parsed again.
    static func text(_ port: UserModeNetwork.Port) -> String {
        let address = port.hostAddress.contains(":") ? "[\(port.hostAddress)]" : port.hostAddress
        let place = address.isEmpty ? "" : "\(address):"
        return "\(place)\(port.host):\(port.container)/\(port.transport.rawValue)"
    }

    private static func splitProtocol(
        _ text: String, _ invalid: CommandError
    ) throws -> (String, UserModeNetwork.Port.TransportProtocol) {
        guard let slash = text.lastIndex(of: "/") else { return (text, .tcp) }
        let name = text[text.index(after: slash)...].lowercased()
        guard let transport = UserModeNetwork.Port.TransportProtocol(rawValue: name) else {
            if name == "sctp" { throw CommandError("port \"\(text)\": SCTP is not supported") }
            throw invalid
        }
        return (String(text[..<slash]), transport)
    }

    private static func range(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard ends.count == 1 || ends.count == 2, let first = ends[0], let last = ends[ends.count - 1], first > 0,
            first <= last
        else { return nil }
        return first...last
    }

    private static func isAddress(_ text: String) -> Bool {
        var room = in6_addr()
        return inet_pton(AF_INET, text, &room) == 1 || inet_pton(AF_INET6, text, &room) == 1
    }
}

/// A port of the host on which nobody is currently listening.
enum FreePort {
    static func find(_ transport: UserModeNetwork.Port.TransportProtocol) throws -> UInt16 {
        let kind = transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
        let handle = socket(AF_INET, Int32(kind.rawValue), 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(handle, $0, length) == 0 && getsockname(handle, $0, &length) == 0
            }
        }
        guard handle >= 0, result else { throw CommandError("there is no free port to publish to") }
        return UInt16(bigEndian: address.sin_port)
    }
}
