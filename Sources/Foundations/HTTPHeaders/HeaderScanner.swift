/// A scanner for the value of a header field (RFC 9110, section 5.6).
struct HeaderScanner {
    /// Longer values are truncated: no field that is parsed here needs more.
    private static let limit = 64 << 10

    private(set) var rest: ArraySlice<UInt8>

    init(_ text: String) {
        rest = Array(text.utf8.prefix(Self.limit))[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// A token up to the next separator; empty if there is none.
    mutating func token() -> String {
        let word = rest.prefix { !Self.isSeparator($0) }
        rest = rest.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self)
    }

    /// The content of a quoted string; nil if there is none or it is unterminated.
    mutating func quoted() -> String? {
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        var ahead = rest.dropFirst()
        var bytes: [UInt8] = []
        while let byte = ahead.popFirst() {
            if byte == UInt8(ascii: "\"") {
                rest = ahead
                return String(decoding: bytes, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\"), let escaped = ahead.popFirst() {
                bytes.append(escaped)
            } else {
                bytes.append(byte)
            }
        }
        return nil
    }

    /// `name=value`, the value quoted or not; consumes nothing if something else follows.
    mutating func parameter() -> (name: String, value: String)? {
        let start = rest
        let name = token()
        skipSpace()
        if !name.isEmpty, accept("=") {
            skipSpace()
            if let value = quoted() { return (name, value) }
            let value = token()
            if !value.isEmpty { return (name, value) }
        }
        rest = start
        return nil
    }

    /// Skips a `token68` (RFC 9110, section 11.2) that is followed by a comma or the end; false if there is none.
    mutating func skipToken68() -> Bool {
        let word = rest.prefix { $0.isLetterOrDigit || "-._~+/".utf8.contains($0) }
        var ahead = rest.dropFirst(word.count).drop { $0 == UInt8(ascii: "=") }
        ahead = ahead.drop(while: Self.isSpace)
        guard !word.isEmpty, ahead.first ?? UInt8(ascii: ",") == UInt8(ascii: ",") else { return false }
        rest = ahead
        return true
    }

    /// The text between angle brackets; nil if there are none or they are not closed.
    mutating func bracketed() -> String? {
        guard rest.first == UInt8(ascii: "<"), let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
        defer { rest = rest[rest.index(after: end)...] }
        return String(decoding: rest[rest.index(after: rest.startIndex)..<end], as: UTF8.self)
    }

    mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func skipSpace() {
        rest = rest.drop(while: Self.isSpace)
    }

    /// Empty list elements are ignored.
    mutating func skipCommas() {
        rest = rest.drop { Self.isSpace($0) || $0 == UInt8(ascii: ",") }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "\""): true
        default: isSpace(byte)
        }
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
