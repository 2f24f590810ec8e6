/// Joins the physical lines of a file into logical ones and reads the bodies of heredocs.
struct LogicalLineReader {
    let source: SourceText
    let escape: UInt8
    /// Index of the next physical line.
    private(set) var position: Int
    /// Empty lines inside of continued lines so far.
    private(set) var emptyContinuations: [SourceRange] = []

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

    /// Reads the lines up to `heredoc`'s terminator as its content.
    mutating func readBody(of heredoc: inout Heredoc, startedBy line: LogicalLine) throws(Diagnostic) {
        let terminator = Array(heredoc.name.utf8)
        var content: [UInt8] = []
        while position < source.lines.count {
            let index = position
            position += 1
            var candidate = source.bytes[source.lines[index]]
            if heredoc.stripsTabs { candidate = candidate.drop { $0 == UInt8(ascii: "\t") } }
            if candidate.elementsEqual(terminator) {
                heredoc.rawContent = String(decoding: content, as: UTF8.self)
                return
            }
            content += source.rawLine(at: index)
        }
        throw Diagnostic(
            file: source.file, range: heredoc.range, "unterminated heredoc: no line \(heredoc.name.quotedForMessage)")
    }
}
