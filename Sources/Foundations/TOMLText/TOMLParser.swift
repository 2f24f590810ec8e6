/// A recursive-descent parser of TOML 1.0.0 for text that is valid UTF-8.
struct TOMLParser {
    let text: [UInt8]
    let maximumDepth: Int
    /// Offset of the next byte.
    var offset = 0
    private var line = 1
    private var lineStart = 0
    private let root = TableBuilder(.header, depth: 0)

    init(text: [UInt8], maximumDepth: Int) {
        self.text = text
        self.maximumDepth = maximumDepth
    }

    mutating func parseDocument() throws(TOMLError) -> TOMLTable {
        skipByteOrderMark()
        var table = root
        while true {
            skipBlanks()
            switch peek() {
            case nil: return root.finished()
            case UInt8(ascii: "["): table = try parseHeader()
            case UInt8(ascii: "#"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): break
            default: try parseKeyValue(into: table)
            }
            skipBlanks()
            try skipComment()
            guard try skipNewline() || peek() == nil else { throw unexpected(wanted: "the end of the line") }
        }
    }

    /// `[a.b]` or `[[a.b]]`.
    private mutating func parseHeader() throws(TOMLError) -> TableBuilder {
        offset += 1
        let isArray = skip(UInt8(ascii: "["))
        skipBlanks()
        let key = try parseKey()
        guard skip(UInt8(ascii: "]")) else { throw unexpected(wanted: "']' after the name of a table") }
        guard isArray else { return try openTable(key, below: root) }
        guard skip(UInt8(ascii: "]")) else { throw unexpected(wanted: "']]' after the name of an array of tables") }
        return try appendTable(key, below: root)
    }

    /// `key = value`, up to the last byte of the value.
    mutating func parseKeyValue(into table: TableBuilder) throws(TOMLError) {
        let key = try parseKey()
        guard skip(UInt8(ascii: "=")) else { throw unexpected(wanted: "'=' after the key") }
        let (owner, last) = try makeRoom(for: key, in: table)
        skipBlanks()
        owner.set(last, to: .value(try parseValue(depth: owner.depth + 1)))
    }

    /// The parts of a key, and the surrounding blanks. There is at least one part.
    private mutating func parseKey() throws(TOMLError) -> [TOMLKeyPart] {
        var parts: [TOMLKeyPart] = []
        repeat {
            skipBlanks()
            let position = position
            parts.append(TOMLKeyPart(text: try parseKeyPart(), position: position))
            guard parts.count <= maximumDepth else { throw tooDeep(at: position) }
            skipBlanks()
        } while skip(UInt8(ascii: "."))
        return parts
    }

    private mutating func parseKeyPart() throws(TOMLError) -> String {
        switch peek() {
        case UInt8(ascii: "\""): return try parseBasicString()
        case UInt8(ascii: "'"): return try parseLiteralString()
        default: break
        }
        let start = offset
        while let byte = peek(), Self.isBareKey(byte) { offset += 1 }
        guard offset > start else { throw unexpected(wanted: "a key") }
        return string(text[start..<offset])
    }

    private static func isBareKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

// MARK: Bytes, blanks and lines

extension TOMLParser {
    /// The position of the next byte.
    var position: TOMLPosition { TOMLPosition(line: line, column: offset - lineStart + 1) }

    /// The byte `distance` after the next one; nil beyond the end.
    func peek(_ distance: Int = 0) -> UInt8? {
        offset + distance < text.count ? text[offset + distance] : nil
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        offset += 1
        return true
    }

    /// Skips spaces and tabs.
    mutating func skipBlanks() {
        while let byte = peek(), byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { offset += 1 }
    }

    /// Skips a line ending, LF or CR LF.
    ///
    /// - Returns: whether there was one.
    mutating func skipNewline() throws(TOMLError) -> Bool {
        if peek() == UInt8(ascii: "\r") {
            guard peek(1) == UInt8(ascii: "\n") else { throw failure(.syntax, "a carriage return without a line feed") }
            offset += 1
        }
        guard skip(UInt8(ascii: "\n")) else { return false }
        line += 1
        lineStart = offset
        return true
    }

    /// Skips a comment, if one begins here, up to the end of the line.
    mutating func skipComment() throws(TOMLError) {
        guard skip(UInt8(ascii: "#")) else { return }
        while let byte = peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
            guard !Self.isForbidden(byte) else { throw unexpected(wanted: "no control character in a comment") }
            offset += 1
        }
    }

    /// Whether it is a control character that is not allowed unescaped in comments and strings.
    static func isForbidden(_ byte: UInt8) -> Bool { byte == 0x7F || byte < 0x20 && byte != UInt8(ascii: "\t") }

    /// A part of the text as a string: the text is valid UTF-8, and the part begins and ends at character boundaries.
    func string(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private mutating func skipByteOrderMark() {
        guard text.starts(with: [0xEF, 0xBB, 0xBF]) else { return }
        offset = 3
        lineStart = 3
    }
}
