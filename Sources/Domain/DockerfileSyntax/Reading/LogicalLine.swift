/// One instruction's text with its continuation lines joined, and a mapping back to its locations in the file.
struct LogicalLine {
    var bytes: [UInt8] = []
    /// The locations of the physical lines: from `logical` on, the bytes come from `source` on.
    private var pieces: [(logical: Int, source: Int)] = []
    let source: SourceText
    /// The escape character of the file.
    let escape: UInt8

    init(source: SourceText, escape: UInt8) {
        self.source = source
        self.escape = escape
    }

    mutating func append(_ range: Range<Int>) {
        pieces.append((bytes.count, range.lowerBound))
        bytes += source.bytes[range]
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    var all: Range<Int> { 0..<bytes.count }

    /// The location in the file of a range of this line.
    func sourceRange(_ range: Range<Int>) -> SourceRange {
        let start = sourceOffset(of: range.lowerBound)
        let end = range.isEmpty ? start : sourceOffset(of: range.upperBound - 1) + 1
        return source.range(start..<max(start, end))
    }

    func word(_ range: Range<Int>) -> Word { Word(text(range), range: sourceRange(range)) }

    func error(_ range: Range<Int>, _ message: String) -> Diagnostic {
        Diagnostic(file: source.file, range: sourceRange(range), message)
    }

    private func sourceOffset(of offset: Int) -> Int {
        var low = 0
        var high = pieces.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if pieces[middle].logical <= offset { low = middle } else { high = middle }
        }
        guard low < pieces.count else { return 0 }
        return pieces[low].source + (offset - pieces[low].logical)
    }
}

extension LogicalLine {
    /// The range without leading and trailing white space.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, bytes[start].isSpace { start += 1 }
        while end > start, bytes[end - 1].isSpace { end -= 1 }
        return start..<end
    }

    /// The first word of a trimmed range and the (trimmed) rest.
    func splitFirstWord(_ range: Range<Int>) -> (word: Range<Int>, rest: Range<Int>) {
        let end = range.first { bytes[$0].isSpace } ?? range.upperBound
        return (range.lowerBound..<end, trimmed(end..<range.upperBound))
    }

    /// The words between white space, ignoring quotes.
    func plainWords(_ range: Range<Int>) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var rest = trimmed(range)
        while !rest.isEmpty {
            let (word, next) = splitFirstWord(rest)
            words.append(word)
            rest = next
        }
        return words
    }

    /// The words between white space that is neither quoted nor escaped; quotes and escapes stay in the words.
    ///
    /// - Parameter joinsHeredocs: whether blanks after `<<` are part of its word, as in `<<  EOF`.
    func quotedWords(_ range: Range<Int>, joinsHeredocs: Bool = false) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var rest = trimmed(range)
        while !rest.isEmpty {
            let word = firstQuotedWord(rest, joinsHeredocs: joinsHeredocs)
            words.append(word)
            let next = (word.upperBound..<rest.upperBound).first { !bytes[$0].isSpace } ?? rest.upperBound
            rest = next..<rest.upperBound
        }
        return words
    }

    /// The first of the `quotedWords` of a trimmed range.
    func firstQuotedWord(_ range: Range<Int>, joinsHeredocs: Bool = false) -> Range<Int> {
        var quote: UInt8?
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if quote == nil, byte.isSpace { break }
            if joinsHeredocs, quote == nil, bytes[index..<range.upperBound].starts(with: "<<".utf8) {
                index = (index + 2..<range.upperBound).first { !bytes[$0].isSpace } ?? range.upperBound
                continue
            }
            if byte == escape, quote != UInt8(ascii: "'") {
                index += 1
            } else if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            }
            index += 1
        }
        return range.lowerBound..<min(index, range.upperBound)
    }
}

extension UInt8 {
    /// ASCII white space.
    var isSpace: Bool { self == 0x20 || (0x09...0x0d).contains(self) }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
