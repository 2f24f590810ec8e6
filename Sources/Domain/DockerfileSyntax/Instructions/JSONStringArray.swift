/// Parses the JSON form of an instruction's arguments: `["a", "b"]`.
struct JSONStringArray {
    enum Result: Equatable {
        case strings([String])
        /// A JSON array with elements other than strings.
        case otherArray
        /// Not a JSON array: the arguments are in shell form.
        case notJSON
    }

    private struct Malformed: Error {}

    private var rest: ArraySlice<UInt8>
    private var hasOther = false

    static func parse(_ bytes: ArraySlice<UInt8>) -> Result {
        var parser = JSONStringArray(rest: bytes)
        guard let strings = try? parser.array(depth: 0) else { return .notJSON }
        parser.skipSpace()
        guard parser.rest.isEmpty else { return .notJSON }
        return parser.hasOther ? .otherArray : .strings(strings)
    }

    private mutating func skipSpace() { rest = rest.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) } }

    private mutating func expect(_ byte: Character) throws(Malformed) {
        guard rest.popFirst() == byte.asciiValue else { throw Malformed() }
    }

    private mutating func array(depth: Int) throws(Malformed) -> [String] {
        var strings: [String] = []
        skipSpace()
        try expect("[")
        skipSpace()
        if rest.first == UInt8(ascii: "]") {
            rest = rest.dropFirst()
            return []
        }
        while true {
            skipSpace()
            if rest.first == UInt8(ascii: "\"") { strings.append(try string()) } else { try other(depth: depth) }
            skipSpace()
            switch rest.popFirst() {
            case UInt8(ascii: ","): continue
            case UInt8(ascii: "]"): return strings
            default: throw Malformed()
            }
        }
    }

    /// Skips a value that is not a string.
    private mutating func other(depth: Int) throws(Malformed) {
        hasOther = true
        guard depth < 32 else { throw Malformed() }
        switch rest.first {
        case UInt8(ascii: "["): _ = try array(depth: depth + 1)
        case UInt8(ascii: "{"): try object(depth: depth)
        default:
            let token = rest.prefix { $0.isLetter || $0.isDigit || [0x2b, 0x2d, 0x2e].contains($0) }
            rest = rest.dropFirst(token.count)
            let text = String(decoding: token, as: UTF8.self)
            guard ["true", "false", "null"].contains(text) || isNumber(token) else { throw Malformed() }
        }
    }

    private func isNumber(_ token: ArraySlice<UInt8>) -> Bool {
        guard let first = token.first, first.isDigit || first == UInt8(ascii: "-") else { return false }
        return Double(String(decoding: token, as: UTF8.self)) != nil
    }

    private mutating func object(depth: Int) throws(Malformed) {
        try expect("{")
        skipSpace()
        if rest.first == UInt8(ascii: "}") {
            rest = rest.dropFirst()
            return
        }
        while true {
            skipSpace()
            _ = try string()
            skipSpace()
            try expect(":")
            skipSpace()
            if rest.first == UInt8(ascii: "\"") { _ = try string() } else { try other(depth: depth + 1) }
            skipSpace()
            switch rest.popFirst() {
            case UInt8(ascii: ","): continue
            case UInt8(ascii: "}"): return
            default: throw Malformed()
            }
        }
    }

    private mutating func string() throws(Malformed) -> String {
        try expect("\"")
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case 0..<0x20: throw Malformed()
            case UInt8(ascii: "\\"): try escape(into: &bytes)
            default: bytes.append(byte)
            }
        }
        throw Malformed()
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(Malformed) {
        switch rest.popFirst() {
        case UInt8(ascii: "n"): bytes.append(0x0a)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0d)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0c)
        case let byte? where [0x22, 0x5c, 0x2f].contains(byte): bytes.append(byte)
        case UInt8(ascii: "u"):
            var code = try hexQuad()
            if (0xd800..<0xdc00).contains(code), rest.starts(with: "\\u".utf8) {
                let before = rest
                rest = rest.dropFirst(2)
                let low = try hexQuad()
                if (0xdc00..<0xe000).contains(low) {
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
                } else {
                    rest = before
                }
            }
            bytes += String(Unicode.Scalar(code) ?? "\u{fffd}").utf8
        default: throw Malformed()
        }
    }

    private mutating func hexQuad() throws(Malformed) -> UInt32 {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw Malformed() }
        rest = rest.dropFirst(4)
        return code
    }
}
