extension TOMLParser {
    /// A value, from its first to its last byte.
    ///
    /// - Parameter depth: its nesting depth in tables and arrays.
    mutating func parseValue(depth: Int) throws(TOMLError) -> TOMLValue {
        switch peek() {
        case UInt8(ascii: "\""):
            return .string(try startsWith(#"""""#) ? parseMultilineBasicString() : parseBasicString())
        case UInt8(ascii: "'"):
            return .string(try startsWith("'''") ? parseMultilineLiteralString() : parseLiteralString())
        case UInt8(ascii: "["): return .array(try parseArray(depth: depth))
        case UInt8(ascii: "{"): return .table(try parseInlineTable(depth: depth))
        default: return try parseScalar()
        }
    }

    /// `[ value, ... ]`, on any number of lines.
    private mutating func parseArray(depth: Int) throws(TOMLError) -> [TOMLValue] {
        guard depth <= maximumDepth else { throw tooDeep(at: position) }
        offset += 1
        var elements: [TOMLValue] = []
        while true {
            try skipBlanksAndLines()
            if skip(UInt8(ascii: "]")) { return elements }
            elements.append(try parseValue(depth: depth + 1))
            try skipBlanksAndLines()
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "]")) else { throw unexpected(wanted: "',' or ']' after a value of an array") }
            return elements
        }
    }

    /// `{ key = value, ... }`, on one line. Cannot be extended later.
    private mutating func parseInlineTable(depth: Int) throws(TOMLError) -> TOMLTable {
        guard depth <= maximumDepth else { throw tooDeep(at: position) }
        offset += 1
        let table = TableBuilder(.header, depth: depth)
        skipBlanks()
        if skip(UInt8(ascii: "}")) { return table.finished() }
        while true {
            try parseKeyValue(into: table)
            skipBlanks()
            if skip(UInt8(ascii: "}")) { return table.finished() }
            guard skip(UInt8(ascii: ",")) else { throw unexpected(wanted: "',' or '}' in an inline table") }
        }
    }

    private mutating func skipBlanksAndLines() throws(TOMLError) {
        repeat {
            skipBlanks()
            try skipComment()
        } while try skipNewline()
    }

    private func startsWith(_ quotes: StaticString) -> Bool {
        (0..<quotes.utf8CodeUnitCount).allSatisfy { peek($0) == quotes.utf8Start[$0] }
    }
}
