/// Joins the physical lines of a file into logical ones and reads the bodies of heredocs.
struct LogicalLineReader {
    let source: SourceText
    let escape: UInt8
    /// Index of the next physical line.
    private(set) var position: Int
    /// Empty lines inside of continued lines so far.
    private(set) var emptyContinuations: [SourceRange] = []
    /// How many lines may still be searched for terminators.
    private var searchBudget = 1 << 22

    init(source: SourceText, escape: UInt8, startingAt position: Int = 0) {
        self.source = source
        self.escape = escape
        self.position = position
    }

    /// The next line that is not blank or a comment. Comments and blank lines inside a continued line are skipped.
    mutating func next() -> LogicalLine? {
        while position < source.lines.count {
            var line = LogicalLine(source: source, escape: escape)
            var isComplete = take(into: &line, isFirst: true)
            if isComplete, line.bytes.isEmpty { continue }
            while !isComplete, position < source.lines.count {
                isComplete = take(into: &line, isFirst: false)
            }
            let text = line.trimmed(line.all)
            if text.isEmpty { continue }
            return line
        }
        return nil
    }

    /// Appends the next physical line; true if the logical line ends with it.
    private mutating func take(into line: inout LogicalLine, isFirst: Bool) -> Bool {
        let range = source.lines[position]
        position += 1
        let start = range.first { !source.bytes[$0].isSpace } ?? range.upperBound
        if start == range.upperBound {
            if !isFirst { emptyContinuations.append(source.range(range)) }
            return isFirst
        }
        if source.bytes[start] == UInt8(ascii: "#") { return isFirst }
        let kept = (isFirst ? start : range.lowerBound)..<range.upperBound
        guard let end = continuationEnd(kept) else {
            line.append(kept)
            return true
        }
        line.append(kept.lowerBound..<end)
        return false
    }

    /// The end of the text before the escape character that continues the line; nil if it is not continued.
    private func continuationEnd(_ range: Range<Int>) -> Int? {
        var end = range.upperBound
        while end > range.lowerBound, source.bytes[end - 1] == 0x20 || source.bytes[end - 1] == 0x09 { end -= 1 }
        guard end > range.lowerBound, source.bytes[end - 1] == escape else { return nil }
        if end - 1 > range.lowerBound, source.bytes[end - 2] == escape { return nil }
        return end - 1
    }

    private func isEnd(of heredoc: Heredoc, _ index: Int, _ terminator: [UInt8]) -> Bool {
        let line = source.bytes[source.lines[index]]
        return (heredoc.stripsTabs ? line.drop { $0 == UInt8(ascii: "\t") } : line).elementsEqual(terminator)
    }

    /// Whether the terminator of a heredoc follows; also true once too many lines have been searched.
    mutating func containsEnd(of heredoc: Heredoc) -> Bool {
        let terminator = Array(heredoc.name.utf8)
        for index in position..<max(position, source.lines.count) {
            searchBudget -= 1
            if searchBudget < 0 || isEnd(of: heredoc, index, terminator) { return true }
        }
        return false
    }

    /// Reads the lines up to `heredoc`'s terminator as its content.
    mutating func readBody(of heredoc: inout Heredoc, startedBy line: LogicalLine) throws(Diagnostic) {
        let terminator = Array(heredoc.name.utf8)
        var content: [UInt8] = []
        // What runs the content understands plain newlines only.
        let dropsReturns = position > 0 && source.rawLine(at: position - 1).suffix(2).elementsEqual("\r\n".utf8)
        while position < source.lines.count {
            let index = position
            position += 1
            if isEnd(of: heredoc, index, terminator) {
                heredoc.rawContent = String(decoding: content, as: UTF8.self)
                return
            }
            let raw = source.rawLine(at: index)
            if dropsReturns, raw.suffix(2).elementsEqual("\r\n".utf8) {
                content += raw.dropLast(2) + [UInt8(ascii: "\n")]
            } else {
                content += raw
            }
        }
        throw Diagnostic(
            file: source.file, range: heredoc.range, "unterminated heredoc: no line \(heredoc.name.quotedForMessage)")
    }
}
