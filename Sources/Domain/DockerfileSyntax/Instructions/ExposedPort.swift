/// The ports in one expanded word of EXPOSE.
package enum ExposedPort {
    /// `8080` -> `8080/tcp`; `8000-8002/udp` -> three of them. A valid host part (`127.0.0.1:80:8080`) is dropped, as
    /// in Docker.
    ///
    /// Nil if it is invalid.
    package static func ports(_ word: String) -> [String]? {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return nil }
        let `protocol` = parts.count == 2 && !parts[1].isEmpty ? parts[1].lowercased() : "tcp"
        guard ["tcp", "udp", "sctp"].contains(`protocol`) else { return nil }
        var fields = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        guard let container = fields.popLast().flatMap(range) else { return nil }
        if let text = fields.popLast(), !text.isEmpty {
            guard let host = range(text), container.count == 1 || container.count == host.count else { return nil }
        }
        guard fields.isEmpty || isAddress(fields.joined(separator: ":")) else { return nil }
        return container.map { "\($0)/\(`protocol`)" }
    }

    private static func range(_ text: Substring) -> ClosedRange<Int>? {
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false).map { number($0) }
        guard (1...2).contains(bounds.count), let first = bounds[0], let last = bounds[bounds.count - 1], first <= last
        else { return nil }
        return first...last
    }

    /// Whether it looks like an IP address, possibly in brackets, rather than a host name; empty means any address.
    private static func isAddress(_ text: String) -> Bool {
        if text.contains(":") {
            let digits = "0123456789abcdefABCDEF:.[]%"
            return text.allSatisfy { digits.contains($0) }
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.isEmpty || parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit), let value = UInt16(text) else { return nil }
        return Int(value)
    }
}
