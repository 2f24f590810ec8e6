extension TOMLTable {
    /// The default maximum nesting depth.
    package static let defaultMaximumDepth = 128
    /// The default maximum size in bytes.
    package static let defaultMaximumSize = 4 << 20

    /// Parses a document, strictly following TOML 1.0.0. Time and memory are linear in the size of the text.
    ///
    /// A leading byte order mark is skipped. Line endings within multi-line strings become line feeds, even if the text
    /// has CR LF. Floats beyond the range of a `Double` become infinite.
    ///
    /// - Parameters:
    ///   - maximumDepth: the maximum nesting of tables (including those of headers and dotted keys) and arrays.
    ///   - maximumSize: the maximum size of the text in bytes.
    /// - Throws: ``TOMLError`` for the first error.
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
