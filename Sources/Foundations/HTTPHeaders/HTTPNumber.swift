/// Numbers in header fields.
package enum HTTPNumber {
    /// No size or offset that a server names counts when it is larger: a few of them can be added up.
    package static let limit: Int64 = 1 << 60

    /// `1*DIGIT`, as sizes, offsets and ports are written; nil for anything else and beyond ``limit``.
    package static func parse(_ text: some StringProtocol) -> Int64? {
        guard isDigits(text), let value = Int64(text), value <= limit else { return nil }
        return value
    }

    /// Whether there are digits, and nothing else.
    package static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

/// `Content-Range: bytes FIRST-LAST/TOTAL` (RFC 9110, section 14.4).
package struct ContentRange: Equatable {
    package let first: Int64
    package let last: Int64
    /// Nil where the server does not know it.
    package let total: Int64?

    /// Nil for anything else.
    package init?(_ text: String) {
        let words = text.split { $0 == " " || $0 == "\t" }
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let sizes = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard sizes.count == 2, let bounds = HTTPNumber.range(sizes[0]) else { return nil }
        (first, last) = bounds
        total = HTTPNumber.parse(sizes[1])
        guard sizes[1] == "*" || (total ?? -1) > last else { return nil }
    }
}

extension HTTPNumber {
    /// `FIRST-LAST`.
    fileprivate static func range(_ text: Substring) -> (first: Int64, last: Int64)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parse(parts[0]), let last = parse(parts[1]), first <= last else {
            return nil
        }
        return (first, last)
    }

    /// N in `Range: 0-N`, which says how much of an upload a registry has and which some write as `bytes=0-N`.
    package static func lastByte(ofUpload text: String) -> Int64? {
        let range = text.lowercased().hasPrefix("bytes=") ? text.dropFirst("bytes=".count) : text[...]
        guard let (first, last) = Self.range(range), first == 0 else { return nil }
        return last
    }
}
