// arithmetic: offset, index, start, length: places in the text, which is in memory
// arithmetic: byte, digit, value: four digits of four bits

extension JSONParser {
    /// The length of the string that begins at `start` if it is plain ASCII without escapes up to its closing quote,
    /// else nil.
    @inline(__always)
    func plainLength(from start: Int) -> Int? {
        var index = start
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "\"") { return index - start }
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\\") { return nil }
            index += 1
        }
        return nil
    }

    /// A string, from its opening to its closing quote.
    mutating func parseString() throws(JSONError) -> String {
        offset += 1
        let start = offset
        if let length = plainLength(from: start) {
            offset = start + length + 1
            return String(decoding: UnsafeBufferPointer(rebasing: text[start..<start + length]), as: UTF8.self)
        }
        var unescaped: [UInt8] = []
        var copied = start
        while offset < text.count {
            switch text[offset] {
            case UInt8(ascii: "\""):
                unescaped.append(contentsOf: text[copied..<offset])
                offset += 1
                return UTF8Repair.string(unescaped)
            case UInt8(ascii: "\\"):
                unescaped.append(contentsOf: text[copied..<offset])
                offset += 1
                try parseEscape(into: &unescaped)
                copied = offset
            case 0..<0x20:
                throw unexpected(wanted: "no control character in a string")
            default:
                offset += 1
            }
        }
        throw unexpected(wanted: "a closing quote")
    }

    /// The rest of an escape sequence after its backslash.
    private mutating func parseEscape(into bytes: inout [UInt8]) throws(JSONError) {
        guard offset < text.count else { throw unexpected(wanted: "an escape sequence") }
        let byte = text[offset]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            offset += 1
            return try parseUnicodeEscape(into: &bytes)
        default: throw unexpected(wanted: "an escape sequence")
        }
        offset += 1
    }

    /// The four digits after `\u`, and the low surrogate's escape when they are a high surrogate.
    private mutating func parseUnicodeEscape(into bytes: inout [UInt8]) throws(JSONError) {
        let unit = try parseFourHexDigits()
        var scalar = Unicode.Scalar(unit)
        if (0xD800..<0xDC00).contains(unit), offset + 1 < text.count,
            text[offset] == UInt8(ascii: "\\"), text[offset + 1] == UInt8(ascii: "u")
        {
            let afterFirst = offset
            offset += 2
            let second = try parseFourHexDigits()
            if (0xDC00..<0xE000).contains(second) {
                // arithmetic: surrogates, as was checked
                scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00))
            } else {
                // Only the first is replaced; the second is an escape of its own.
                offset = afterFirst
            }
        }
        bytes.append(contentsOf: UTF8.encode(scalar ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func parseFourHexDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard offset < text.count else { throw unexpected(wanted: "a hexadecimal digit") }
            let digit: UInt8
            switch text[offset] {
            case let byte where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case let byte where byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f"):
                digit = byte - UInt8(ascii: "a") + 10
            case let byte where byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "F"):
                digit = byte - UInt8(ascii: "A") + 10
            default: throw unexpected(wanted: "a hexadecimal digit")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }
}
