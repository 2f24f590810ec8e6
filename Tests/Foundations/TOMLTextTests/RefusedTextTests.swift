import Testing

@testable import TOMLText

/// What TOML 1.0.0 forbids: each text is refused with one error that names the place.
@Suite struct RefusedTextTests {
    private func check(_ bytes: [UInt8], _ kind: TOMLError.Kind, _ place: String) {
        let error = #expect(throws: TOMLError.self) { try TOMLTable(parsing: bytes) }
        #expect(error?.kind == kind)
        #expect(error.map { "\($0.position.line):\($0.position.column)" } == place)
        let message = error?.message ?? ""
        #expect(message.utf8.count < 400 && message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
    }

    @Test(arguments: [
        ("v", "1:2"), ("v =", "1:4"), ("v = \n", "1:5"), ("= 1", "1:1"), ("v = 1 2", "1:7"), ("v = 1 w = 2", "1:7"),
        ("v.. = 1", "1:3"), (".v = 1", "1:1"), ("v w = 1", "1:3"), ("é = 1", "1:1"), ("\"\"\"v\"\"\" = 1", "1:3"),
        ("\n[", "2:2"), ("[]", "1:2"), ("[a", "1:3"), ("[a]]", "1:4"), ("[a] b = 1", "1:5"), ("[[a]", "1:5"),
        ("[[a] ]", "1:5"), ("[ [a]]", "1:3"), ("[a\n]", "1:3"), ("[a.]", "1:4"),
    ])
    func invalidKeysAndHeadersAreRejected(text: String, place: String) { check(Array(text.utf8), .syntax, place) }

    @Test(arguments: [
        "01", "+01", "-", "+", "1_", "_1", "1__0", "0x", "0xg", "0X1", "+0x1", "0b2", "0o8", "1.", ".5", "1.e2", "1e",
        "1e_2", "1_.5", "1._5", "1.5_", "1e1.5", "1ee2", "0x1.8", "Inf", "NaN", "+-1", "1,2", "True", "truer", "yes",
        "1:2", "2024-1-01",
    ])
    func invalidNumbersAndKeywordsAreRejected(text: String) {
        let error = #expect(throws: TOMLError.self) { try TOMLTable(parsing: Array("v = \(text)".utf8)) }
        #expect(error?.kind == .syntax)
        #expect(error?.position.line == 1)
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "0x8000000000000000", "99999999999999999999", "2023-02-29",
        "1900-02-29", "2024-13-01", "2024-00-01", "2024-04-31", "2024-04-00", "2024-01-01T24:00:00", "24:00:00",
        "12:60:00", "12:00:61", "12:00", "12:00:00.", "2024-01-01T", "2024-01-01T12:00", "2024-01-01T12:00:00+24:00",
        "2024-01-01T12:00:00+01:60", "2024-01-01T12:00:00+0100", "2024-01-01X12:00:00", "2024-01-01 12:00:00ZZ",
        "12:00:00Z", "\"\\uD800\"", "\"\\U00110000\"",
    ])
    func valuesOutOfRangeAreRejected(text: String) {
        check(Array("v = \(text)".utf8), .outOfRange, text.hasPrefix("\"") ? "1:7" : "1:5")
    }

    @Test(arguments: [
        ("v = \"", "1:6"), ("v = \"a\nb\"", "1:7"), ("v = 'a\n'", "1:7"), (#"v = "\e""#, "1:7"),
        (#"v = "\x41""#, "1:7"),
        (#"v = "\u12""#, "1:10"), (#"v = "\U0000004""#, "1:15"), ("v = \"a\\\nb\"", "1:8"), ("v = \"\"\"\na", "2:2"),
        ("v = '''a''", "1:11"), ("v = \"\"\"a\\ b\"\"\"", "1:10"), ("v = \"\"\"\"\"\"\"\"\"", "1:13"),
        ("v = \"a\u{7F}\"", "1:7"), ("v = \"a\u{1}\"", "1:7"), ("v = 'a\u{1B}[2J'", "1:7"),
        ("v = \"\"\"a\rb\"\"\"", "1:9"), ("v = '''\u{0}'''", "1:8"), ("# \u{0}", "1:3"), ("# \u{7F}", "1:3"),
        ("v = 1\rw = 2", "1:6"), ("# a\rb", "1:4"), ("v = 1 \u{B}", "1:7"), ("v = 1\u{C}", "1:6"),
        ("v = 1\u{FEFF}", "1:6"), ("v = \"\u{0}\"", "1:6"),
    ])
    func invalidStringsAndCommentsAreRejected(text: String, place: String) { check(Array(text.utf8), .syntax, place) }

    @Test(arguments: [
        ("v = [", "1:6"), ("v = [1", "1:7"), ("v = [1 2]", "1:8"), ("v = [,]", "1:6"), ("v = [1,,2]", "1:8"),
        ("v = [1}", "1:7"), ("v = [\n# x\n1\n", "4:1"), ("v = {", "1:6"), ("v = {a}", "1:7"), ("v = {a = 1", "1:11"),
        ("v = {a = 1,}", "1:12"), ("v = {a = 1 b = 2}", "1:12"), ("v = {a = 1\n}", "1:11"), ("v = {\n}", "1:6"),
        ("v = {,}", "1:6"), ("v = {a = 1, # x\nb = 2}", "1:13"),
    ])
    func invalidNestedValuesAreRejected(text: String, place: String) { check(Array(text.utf8), .syntax, place) }

    @Test(arguments: [
        ("a = 1\na = 2", "2:1"), ("a = 1\n\"\\u0061\" = 2", "2:1"), ("a = 1\na.b = 2", "2:1"),
        ("a.b = 1\na = 2", "2:1"),
        ("v = {a = 1, a = 2}", "1:13"), ("v = {a = {b = 1}, a.c = 2}", "1:19"), ("v = {a.b = 1, a = 2}", "1:15"),
        ("[a]\n[a]", "2:2"), ("[a.b]\n[a]\n[a.b]", "3:2"), ("a = 1\n[a]", "2:2"), ("a = 1\n[a.b]", "2:2"),
        ("a.b = 1\n[a]", "2:2"), ("[a]\nb.c = 1\n[a.b]", "3:2"), ("[a.b]\nc = 1\n[a]\nb.d = 2", "4:1"),
        ("[a.b.c]\n[a]\nb.d = 1\n[a.b]", "4:2"), ("a = {}\n[a.b]", "2:2"), ("a = {b = 1}\na.c = 2", "2:1"),
        ("a = {b.c = 1}\n[a.b]", "2:2"), ("a = []\n[[a]]", "2:3"), ("a = [{}]\n[a.b]", "2:2"), ("[a]\n[[a]]", "2:3"),
        ("[[a]]\n[a]", "2:2"), ("[a.b]\n[[a]]", "2:3"), ("[[a]]\nb = 1\n[a.b]", "3:2"),
        ("[[a.b]]\n[a]\nb.c = 1", "3:1"),
        ("a.b = 1\n[[a]]", "2:3"), ("[[a]]\n[a.b]\n[a.b]", "3:2"),
    ])
    func duplicatesAreRejected(text: String, place: String) { check(Array(text.utf8), .redefinition, place) }

    @Test(
        arguments: [
            ([0x76, 0x3D, 0x22, 0xFF, 0x22], "1:4"), ([0x23, 0x0A, 0x23, 0x20, 0xC3], "2:3"),
            ([0x23, 0xED, 0xA0, 0x80], "1:2"),
            ([0xFF, 0xFE, 0x76, 0x00], "1:1"), ([0x23, 0xC0, 0x80], "1:2"), ([0x23, 0xF4, 0x90, 0x80, 0x80], "1:2"),
        ] as [([UInt8], String)])
    func invalidUTF8IsRejected(bytes: [UInt8], place: String) { check(bytes, .encoding, place) }
}
