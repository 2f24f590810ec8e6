import Testing

@testable import TOMLText

/// Texts that are made to cost much.
@Suite struct BoundedTextTests {
    @Test(arguments: [("v = ", "["), ("v = ", "{a="), ("", "a."), ("[", "a."), ("v = ", "[{a.b=")])
    func nestingIsLimited(start: String, piece: String) {
        let text = start + String(repeating: piece, count: 100_000)
        let error = #expect(throws: TOMLError.self) { try TOMLTable(parsing: Array(text.utf8)) }
        #expect(error?.kind == .tooDeep)
    }

    /// Headers, dotted keys, inline tables and arrays add up, and the limit itself is allowed.
    @Test(arguments: [
        ("[a.b]\nc.d = [[1]]", 5), ("[[a]]\n[a.b]\nc = {d = 1}", 4), ("a = [{b = []}]", 3), ("a.b.c.d = 1", 4),
        ("[a.b.c.d]", 4),
    ])
    func nestingOfAllKindsIsCountedTogether(text: String, depth: Int) throws {
        _ = try TOMLTable(parsing: Array(text.utf8), maximumDepth: depth)
        let error = #expect(throws: TOMLError.self) {
            try TOMLTable(parsing: Array(text.utf8), maximumDepth: depth - 1)
        }
        #expect(error?.kind == .tooDeep)
    }

    @Test func sizeIsLimited() throws {
        let text = [UInt8](repeating: UInt8(ascii: "\n"), count: 100)
        #expect(try TOMLTable(parsing: text, maximumSize: 100).entries.isEmpty)
        #expect(throws: TOMLError.self) { try TOMLTable(parsing: text, maximumSize: 99) }
    }

    /// Work that grew with the square of these sizes would not end within a test's patience.
    @Test(arguments: [
        ("v = \"\"\"", "\\\n", "\"\"\""), ("v = \"\"\"", "\"\"x", "\"\"\""), ("v = [", "[],", "]"),
        ("v = [", "{a = 1},", "]"), ("", "[[v]]\n", ""), ("v = 0.", "1", ""), ("v = 1e-", "0", "1"),
    ])
    func longRepetitionsAreRead(start: String, piece: String, end: String) throws {
        let text = start + String(repeating: piece, count: 100_000) + end
        #expect(try TOMLTable(parsing: Array(text.utf8)).entries.count == 1)
    }

    @Test func manyKeysAreRead() throws {
        let text = (0..<30_000).map { "v.k\($0) = 1\n" }.joined()
        guard case .table(let table)? = try TOMLTable(parsing: Array(text.utf8))["v"] else {
            Issue.record("v is no table")
            return
        }
        #expect(table.entries.count == 30_000)
        #expect(table["k29999"] == .integer(1))
    }

    /// A piece of the text in an error is cut and shows no control characters.
    @Test func errorsQuoteOnlyShortExcerpts() {
        let key = String(repeating: "k", count: 5_000) + "\\u001b[31m"
        let text = "\"\(key)\" = 1\n\"\(key)\" = 2"
        let error = #expect(throws: TOMLError.self) { try TOMLTable(parsing: Array(text.utf8)) }
        #expect((error?.message.count ?? 0) < 120)
        let control = #expect(throws: TOMLError.self) {
            try TOMLTable(parsing: Array("\"\\u001b[31m\" = 1\n\"\\u001b[31m\" = 2".utf8))
        }
        #expect(control?.message == #"key "\u{1b}[31m" is already defined, at line 1"#)
    }
}
