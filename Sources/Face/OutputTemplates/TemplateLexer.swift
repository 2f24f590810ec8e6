/// Splits a template into tokens.
struct TemplateLexer {
    private let bytes: [UInt8]
    private let name: String
    private var position = 0
    private(set) var tokens: [TemplateToken] = []
    private var parenthesisDepth = 0

    init(_ text: String, name: String) {
        bytes = Array(text.utf8)
        self.name = name
    }

    static func tokens(of text: String, name: String) throws(TemplateError) -> [TemplateToken] {
        var lexer = TemplateLexer(text, name: name)
        try lexer.scan()
        return lexer.tokens
    }

    private func error(_ message: String) -> TemplateError {
        let line = bytes.prefix(min(position, bytes.count)).reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        return TemplateError(code: .parsing, message: "template: \(name):\(line): \(message)")
    }

    private mutating func emit(_ kind: TemplateToken.Kind, from start: Int) {
        tokens.append(
            TemplateToken(kind: kind, text: String(decoding: bytes[start..<position], as: UTF8.self), position: start))
    }

    private func starts(with text: StaticString, at offset: Int) -> Bool {
        guard offset + text.utf8CodeUnitCount <= bytes.count else { return false }
        return text.withUTF8Buffer { bytes[offset..<offset + $0.count].elementsEqual($0) }
    }

    private func byte(at offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

    private static func isSpace(_ byte: UInt8?) -> Bool { byte.map { [0x20, 0x09, 0x0d, 0x0a].contains($0) } ?? false }

    private static func isWord(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        return isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            || byte >= 0x80
    }

    private mutating func scan() throws(TemplateError) {
        var trimsLeft = false
        while position < bytes.count {
            let start = position
            while position < bytes.count, !starts(with: "{{", at: position) { position += 1 }
            let isMarked = starts(with: "{{-", at: position) && Self.isSpace(byte(at: position + 3))
            text(start, trimsLeft: trimsLeft, trimsRight: isMarked)
            guard position < bytes.count else { break }
            trimsLeft = try action(isMarked: isMarked)
        }
        tokens.append(TemplateToken(kind: .end, text: "", position: bytes.count))
    }

    private mutating func text(_ start: Int, trimsLeft: Bool, trimsRight: Bool) {
        var slice = bytes[start..<position]
        if trimsLeft { slice = slice.drop { Self.isSpace($0) } }
        while trimsRight, Self.isSpace(slice.last) { slice.removeLast() }
        guard !slice.isEmpty else { return }
        tokens.append(
            TemplateToken(kind: .text, text: String(decoding: slice, as: UTF8.self), position: slice.startIndex))
    }

    /// From `{{` to `}}`; true if the text after it is to be trimmed.
    private mutating func action(isMarked: Bool) throws(TemplateError) -> Bool {
        let start = position
        position += isMarked ? 4 : 2
        if starts(with: "/*", at: position) { return try comment() }
        tokens.append(TemplateToken(kind: .leftDelimiter, text: "{{", position: start))
        parenthesisDepth = 0
        while position < bytes.count {
            if starts(with: " -}}", at: position)
                || (Self.isSpace(byte(at: position)) && starts(with: "-}}", at: position + 1))
            {
                return try close(length: 4, trims: true)
            }
            if starts(with: "}}", at: position) { return try close(length: 2, trims: false) }
            try token()
        }
        throw error("unclosed action")
    }

    private mutating func close(length: Int, trims: Bool) throws(TemplateError) -> Bool {
        guard parenthesisDepth == 0 else { throw error("unclosed left paren") }
        let start = position
        position += length
        tokens.append(TemplateToken(kind: .rightDelimiter, text: "}}", position: start))
        return trims
    }

    private mutating func comment() throws(TemplateError) -> Bool {
        while position < bytes.count, !starts(with: "*/", at: position) { position += 1 }
        guard position < bytes.count else { throw error("unclosed comment") }
        position += 2
        let trims = Self.isSpace(byte(at: position)) && starts(with: "-}}", at: position + 1)
        guard trims || starts(with: "}}", at: position) else { throw error("comment ends before closing delimiter") }
        position += trims ? 4 : 2
        return trims
    }

    private mutating func token() throws(TemplateError) {
        let start = position
        let first = bytes[position]
        switch first {
        case _ where Self.isSpace(first):
            while Self.isSpace(byte(at: position)),
                !(starts(with: "-}}", at: position + 1))
            { position += 1 }
            emit(.space, from: start)
        case UInt8(ascii: "\""): try quoted(start)
        case UInt8(ascii: "`"):
            position += 1
            while let next = byte(at: position), next != first { position += 1 }
            guard position < bytes.count else { throw error("unterminated raw quoted string") }
            position += 1
            emit(.string, from: start)
        case UInt8(ascii: "'"): try quoted(start)
        case UInt8(ascii: "$"):
            position += 1
            try word(.variable, from: start)
        case UInt8(ascii: "."):
            position += 1
            if let next = byte(at: position), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) {
                try number(start)
            } else if Self.isWord(byte(at: position)) {
                try word(.field, from: start)
            } else {
                emit(.dot, from: start)
            }
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(start)
        case _ where Self.isWord(first): try word(.identifier, from: start)
        default: try punctuation(start)
        }
    }

    private mutating func punctuation(_ start: Int) throws(TemplateError) {
        let first = bytes[position]
        position += 1
        switch first {
        case UInt8(ascii: "("):
            parenthesisDepth += 1
            emit(.leftParenthesis, from: start)
        case UInt8(ascii: ")"):
            parenthesisDepth = max(0, parenthesisDepth - 1)
            emit(.rightParenthesis, from: start)
        case UInt8(ascii: "|"): emit(.pipe, from: start)
        case UInt8(ascii: ","): emit(.comma, from: start)
        case UInt8(ascii: "="): emit(.assign, from: start)
        case UInt8(ascii: ":"):
            guard byte(at: position) == UInt8(ascii: "=") else { throw error("expected :=") }
            position += 1
            emit(.declare, from: start)
        default:
            throw error("unexpected \(GoText.quoted(String(Unicode.Scalar(first)))) in command")
        }
    }

    /// `"..."` or `'...'`, with backslash escapes.
    private mutating func quoted(_ start: Int) throws(TemplateError) {
        let quote = bytes[position]
        position += 1
        while let next = byte(at: position), next != quote {
            guard next != UInt8(ascii: "\n") else { break }
            position += next == UInt8(ascii: "\\") ? 2 : 1
        }
        guard byte(at: position) == quote else {
            position = min(position, bytes.count)
            throw error(quote == UInt8(ascii: "'") ? "unterminated character constant" : "unterminated quoted string")
        }
        position += 1
        emit(quote == UInt8(ascii: "'") ? .character : .string, from: start)
    }

    private mutating func number(_ start: Int) throws(TemplateError) {
        position = start
        if bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") { position += 1 }
        var previous: UInt8 = 0
        while let next = byte(at: position) {
            let isSign = next == UInt8(ascii: "+") || next == UInt8(ascii: "-")
            let afterExponent = [UInt8(ascii: "e"), UInt8(ascii: "p")].contains(previous | 0x20)
            guard Self.isWord(next) || next == UInt8(ascii: ".") || (isSign && afterExponent) else { break }
            previous = next
            position += 1
        }
        emit(.number, from: start)
        guard let token = tokens.last, TemplateNumber(token.text) != nil else {
            throw error("bad number syntax: \(GoText.quoted(String(decoding: bytes[start..<position], as: UTF8.self)))")
        }
    }

    /// The rest of a name, which must be followed by a terminator.
    private mutating func word(_ kind: TemplateToken.Kind, from start: Int) throws(TemplateError) {
        while Self.isWord(byte(at: position)) { position += 1 }
        let next = byte(at: position)
        let ends: [UInt8?] = [nil, 0x2e, 0x2c, 0x7c, 0x3a, 0x29, 0x28, 0x3d]
        guard Self.isSpace(next) || ends.contains(next) || starts(with: "}}", at: position) else {
            let scalar = String(decoding: bytes[position...], as: UTF8.self).unicodeScalars.first ?? " "
            let hex = String(scalar.value, radix: 16, uppercase: true)
            throw error(
                "bad character U+\(String(repeating: "0", count: max(0, 4 - hex.count)))\(hex) '\(scalar)'")
        }
        var kind = kind
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if kind == .identifier {
            if TemplateToken.keywords.contains(text) { kind = .keyword }
            if text == "true" || text == "false" { kind = .bool }
            if text == "nil" { kind = .nil }
        }
        emit(kind, from: start)
    }
}
