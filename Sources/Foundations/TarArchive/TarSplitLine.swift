// arithmetic: position, end: places in the line, which is in memory
// arithmetic: digit, value: four digits of four bits

/// Takes apart the JSON of one tar-split line.
struct TarSplitLine {
    private let line: UnsafeRawBufferPointer
    private var position = 0

    init(_ line: UnsafeRawBufferPointer) {
        self.line = line
    }

    private mutating func skipBlanks() {
        while position < line.count, [0x20, 0x09, 0x0a, 0x0d].contains(line[position]) { position += 1 }
    }

    var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return position == line.count
        }
    }

    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: line[range]) }

    mutating func accept(_ character: UInt8) -> Bool {
        skipBlanks()
        guard position < line.count, line[position] == character else { return false }
        position += 1
        return true
    }

    private mutating func acceptWord(_ word: StaticString) -> Bool {
        skipBlanks()
        guard UnsafeRawBufferPointer(rebasing: line[position...]).startsWith(word) else { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    mutating func acceptNull() -> Bool { acceptWord("null") }

    mutating func integer() -> Int64? {
        skipBlanks()
        let start = position
        while position < line.count, line[position] == 0x2d || line[position] &- 0x30 <= 9 { position += 1 }
        return TarNumber.decimal(bytes(start..<position))
    }

    /// The range of a string without escapes.
    mutating func plainString() -> Range<Int>? {
        guard accept(0x22) else { return nil }
        guard let end = line[position...].firstIndex(of: 0x22) else { return nil }
        defer { position = end + 1 }
        return bytes(position..<end).contains(0x5c) ? nil : position..<end
    }

    /// A string with its escapes resolved.
    mutating func string() -> [UInt8]? {
        guard accept(0x22) else { return nil }
        var text: [UInt8] = []
        while position < line.count {
            let byte = line[position]
            position += 1
            switch byte {
            case 0x22: return text
            case 0x5c:
                guard let resolved = escape() else { return nil }
                text += String(resolved).utf8
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard position < line.count else { return nil }
        let byte = line[position]
        position += 1
        switch byte {
        case 0x22, 0x5c, 0x2f: return Unicode.Scalar(byte)
        case 0x62: return "\u{8}"
        case 0x66: return "\u{c}"
        case 0x6e: return "\n"
        case 0x72: return "\r"
        case 0x74: return "\t"
        case 0x75: return unicodeEscape()
        default: return nil
        }
    }

    /// One `XXXX`, or two that make a surrogate pair. A lone surrogate gives the replacement character.
    private mutating func unicodeEscape() -> Unicode.Scalar? {
        guard let first = hexQuad() else { return nil }
        if let scalar = Unicode.Scalar(first) { return scalar }
        let mark = position
        if first < 0xdc00, acceptEscapeStart(), let second = hexQuad(), (0xdc00..<0xe000).contains(second) {
            // arithmetic: surrogates, as was checked
            return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        }
        position = mark
        return "\u{fffd}"
    }

    private mutating func acceptEscapeStart() -> Bool {
        guard position + 1 < line.count, line[position] == 0x5c, line[position + 1] == 0x75 else { return false }
        position += 2
        return true
    }

    private mutating func hexQuad() -> UInt32? {
        guard position + 4 <= line.count else { return nil }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(line[position])).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// Skips a string, a number or a boolean.
    mutating func skipScalar() -> Bool {
        skipBlanks()
        guard position < line.count else { return false }
        if line[position] == 0x22 { return string() != nil }
        if acceptWord("true") || acceptWord("false") { return true }
        let start = position
        while position < line.count, Array("+-.eE0123456789".utf8).contains(line[position]) { position += 1 }
        return position > start
    }
}
