/// The ports in one expanded word of EXPOSE.
package enum ExposedPort {
    /// `8080` -> `8080/tcp`; `8000-8002/udp` -> three of them. A host part (`127.0.0.1:80:8080`) is dropped, as in
    /// Docker.
    ///
    /// Nil if it is invalid.
    package static func ports(_ word: String) -> [String]? {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return nil }
        let `protocol` = parts.count == 2 ? parts[1].lowercased() : "tcp"
        guard ["tcp", "udp", "sctp"].contains(`protocol`) else { return nil }
        let container = parts[0].split(separator: ":", omittingEmptySubsequences: false).last ?? ""
        let bounds = container.split(separator: "-", omittingEmptySubsequences: false).map { number($0) }
        guard (1...2).contains(bounds.count), let first = bounds[0], let last = bounds[bounds.count - 1], first <= last
        else { return nil }
        return (first...last).map { "\($0)/\(`protocol`)" }
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit), let value = UInt16(text) else { return nil }
        return Int(value)
    }
}
