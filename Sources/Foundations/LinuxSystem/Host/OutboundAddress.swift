import Glibc

/// The address by which other hosts see this one.
package enum OutboundAddress {
    /// The IPv4 source address of packets to the outside, by the routing table of the calling process's network
    /// namespace; nil without a route. Sends nothing.
    package static func ipv4() -> String? {
        let handle = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard handle >= 0 else { return nil }
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(9).bigEndian
        // A documentation address (RFC 5737): only the default route matches it.
        guard inet_pton(AF_INET, "198.51.100.1", &address.sin_addr) == 1 else { return nil }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(handle, $0, length) }
        }
        guard connected == 0 else { return nil }
        let named = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(handle, $0, &length) }
        }
        guard named == 0 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
        guard inet_ntop(AF_INET, &address.sin_addr, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
