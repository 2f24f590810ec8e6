extension TOMLTable {
    /// The nesting that parsing allows unless told otherwise.
    package static let defaultMaximumDepth = 128
    /// The size in bytes that parsing allows unless told otherwise.
    package static let defaultMaximumSize = 4 << 20

    /// Parses one document, strictly as TOML 1.0.0 has it. Time and memory are linear in the size of the text.
    ///
    /// A byte order mark at the beginning is skipped. The end of a line within a multi-line string is a line feed in its
    /// value, also where the text has CR LF. Floats beyond the range of a `Double` are infinite.
    ///
    /// - Parameters:
    ///   - maximumDepth: how deep tables (of headers and dotted keys, too) and arrays may be nested.
    ///   - maximumSize: how many bytes the text may have.
    /// - Throws: ``TOMLError`` for the first thing that is wrong.
    package init(
        parsing bytes: [UInt8], maximumDepth: Int = Self.defaultMaximumDepth, maximumSize: Int = Self.defaultMaximumSize
    ) throws(TOMLError) {
        guard bytes.count <= maximumSize else {
            throw TOMLError(
                kind: .tooLarge, message: "larger than \(maximumSize) bytes", position: TOMLPosition(line: 1, column: 1)
            )
        }
        try Self.checkEncoding(bytes)
        var parser = TOMLParser(text: bytes, maximumDepth: maximumDepth)
        self = try parser.parseDocument()
    }

    private static func checkEncoding(_ bytes: [UInt8]) throws(TOMLError) {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let before = bytes.prefix(error.byteOffsets.lowerBound)
            let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
            throw TOMLError(
                kind: .encoding, message: "not UTF-8",
                position: TOMLPosition(line: line, column: before.count - lineStart + 1))
        }
    }
}
