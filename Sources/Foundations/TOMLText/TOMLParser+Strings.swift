extension TOMLParser {
    /// `"..."`, from its opening to its closing quote.
    mutating func parseBasicString() throws(TOMLError) -> String {
        offset += 1
        var content: [UInt8] = []
        var copied = offset
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                content += text[copied..<offset]
                offset += 1
                return string(content)
            case UInt8(ascii: "\\"):
                content += text[copied..<offset]
                try parseEscape(into: &content)
                copied = offset
            default: try passContent("a closing '\"'")
            }
        }
        throw unexpected(wanted: "a closing '\"'")
    }

    /// `'...'`, from its opening to its closing quote.
    mutating func parseLiteralString() throws(TOMLError) -> String {
        offset += 1
        let start = offset
        while let byte = peek() {
            if byte == UInt8(ascii: "'") {
                offset += 1
                return string(text[start..<offset - 1])
            }
            try passContent("a closing \"'\"")
        }
        throw unexpected(wanted: "a closing \"'\"")
    }

    /// `"""..."""`: drops a newline right after the opening, and white space after a `\` at the end of a line.
    mutating func parseMultilineBasicString() throws(TOMLError) -> String {
        try parseMultilineString(quote: UInt8(ascii: "\""), hasEscapes: true)
    }

    /// `'''...'''`: drops a newline right after the opening.
    mutating func parseMultilineLiteralString() throws(TOMLError) -> String {
        try parseMultilineString(quote: UInt8(ascii: "'"), hasEscapes: false)
    }

    private mutating func parseMultilineString(quote: UInt8, hasEscapes: Bool) throws(TOMLError) -> String {
        offset += 3
        _ = try skipNewline()
        var content: [UInt8] = []
        let closing = "three closing \(quote == UInt8(ascii: "'") ? "\"'\"" : "'\"'")"
        while let byte = peek() {
            switch byte {
            case quote:
                let count = quotes(quote)
                offset += count
                // Up to two quotes may directly precede the closing three.
                content += [UInt8](repeating: quote, count: count < 3 ? count : count - 3)
                if count >= 3 { return string(content) }
            case UInt8(ascii: "\\") where hasEscapes:
                if try !skipLineEndingBackslash() { try parseEscape(into: &content) }
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if try skipNewline() { content.append(UInt8(ascii: "\n")) }
            default:
                try passContent(closing)
                content.append(byte)
            }
        }
        throw unexpected(wanted: closing)
    }

    /// The number of consecutive quotes here, up to five: two of content and the closing three.
    private func quotes(_ quote: UInt8) -> Int {
        var count = 0
        while count < 5, peek(count) == quote { count += 1 }
        return count
    }

    /// Skips one byte of a string, if it is allowed unescaped.
    private mutating func passContent(_ wanted: String) throws(TOMLError) {
        if let byte = peek(), Self.isForbidden(byte) { throw unexpected(wanted: wanted) }
        offset += 1
    }

    /// Skips a backslash, blanks and at least one newline, and all white space up to the next character.
    ///
    /// - Returns: whether that was present; otherwise nothing is skipped.
    private mutating func skipLineEndingBackslash() throws(TOMLError) -> Bool {
        var length = 1
        while let byte = peek(length), byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { length += 1 }
        guard let end = peek(length), end == UInt8(ascii: "\n") || end == UInt8(ascii: "\r") else { return false }
        offset += length
        while try skipNewline() { skipBlanks() }
        return true
    }

    /// An escape sequence, including its backslash.
    private mutating func parseEscape(into content: inout [UInt8]) throws(TOMLError) {
        offset += 1
        switch peek() {
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "\""): content.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): content.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "u"): return try parseCodePoint(digits: 4, into: &content)
        case UInt8(ascii: "U"): return try parseCodePoint(digits: 8, into: &content)
        default: throw unexpected(wanted: "an escape sequence after '\\'")
        }
        offset += 1
    }

    private mutating func parseCodePoint(digits: Int, into content: inout [UInt8]) throws(TOMLError) {
        let start = position
        offset += 1
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = peek().flatMap({ Self.digit($0, radix: 16) }) else {
                throw unexpected(wanted: "\(digits) hexadecimal digits")
            }
            // Eight digits fill at most 32 bits.
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        guard let encoded = Unicode.Scalar(value).flatMap({ UTF8.encode($0) }) else {
            throw failure(.outOfRange, "the escape sequence is not a Unicode scalar value", at: start)
        }
        content.append(contentsOf: encoded)
    }
}
