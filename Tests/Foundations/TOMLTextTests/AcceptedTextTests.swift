import Testing

@testable import TOMLText

/// What TOML 1.0.0 allows, and the values it stands for.
@Suite struct AcceptedTextTests {
    /// The value of the key `v`, which each text defines.
    private func value(_ text: String) throws -> TOMLValue? { try TOMLTable(parsing: Array(text.utf8))["v"] }

    @Test(
        arguments: [
            ("v = 0", 0), ("v = +99", 99), ("v = -17", -17), ("v = -0", 0), ("v = 1_000_2", 10002),
            ("v = 0xdead_BEEF", 0xdead_beef), ("v = 0o755", 0o755), ("v = 0b1101", 13), ("v = 0x00", 0),
            ("v = 9223372036854775807", .max), ("v = -9223372036854775808", .min), ("v = 0x7fffffffffffffff", .max),
        ] as [(String, Int64)])
    func integersAreParsed(text: String, expected: Int64) throws { #expect(try value(text) == .integer(expected)) }

    @Test(arguments: [
        ("v = 3.25", 3.25), ("v = -0.5", -0.5), ("v = 5e+2", 500), ("v = 1E02", 100), ("v = 6.5e-1", 0.65),
        ("v = 1_0.2_5", 10.25), ("v = inf", .infinity), ("v = +inf", .infinity), ("v = -inf", -.infinity),
        ("v = 1e999", .infinity), ("v = 0e0", 0),
    ])
    func floatsAreParsed(text: String, expected: Double) throws { #expect(try value(text) == .float(expected)) }

    @Test(arguments: ["nan", "+nan", "-nan"])
    func nanIsAccepted(text: String) throws {
        guard case .float(let float)? = try value("v = \(text)") else { return #expect(Bool(false)) }
        #expect(float.isNaN)
    }

    @Test(arguments: [
        (#"v = "tab\t quote\" backslash\\ \b\f\n\r""#, "tab\t quote\" backslash\\ \u{8}\u{C}\n\r"),
        (#"v = "\u00e9 \U0001F600""#, "é 😀"), ("v = 'C:\\no \\escapes'", "C:\\no \\escapes"), ("v = \"\"", ""),
        ("v = ''", ""), ("v = \"é\tx\"", "é\tx"),
        ("v = \"\"\"\nfirst\nsecond\"\"\"", "first\nsecond"), ("v = \"\"\"\r\na\r\nb\"\"\"", "a\nb"),
        ("v = \"\"\"a \\  \n\n   b\\\r\n\tc\"\"\"", "a bc"), ("v = \"\"\"a\\\n\"\"\"", "a"),
        ("v = \"\"\"\"one\"\"\"\"", "\"one\""), ("v = \"\"\"\"\"two\"\"\"\"\"", "\"\"two\"\""),
        ("v = \"\"\"x \\\"\"\"\"", "x \""), ("v = \"\"\"\"\"\"", ""), ("v = '''\n'it''s' \\x'''", "'it''s' \\x"),
        ("v = '''''a'''''", "''a''"),
    ])
    func stringsAreParsed(text: String, expected: String) throws { #expect(try value(text) == .string(expected)) }

    @Test(
        arguments: [
            ("v = 1979-05-27T07:32:00Z", .offsetDateTime("1979-05-27T07:32:00Z")),
            ("v = 1979-05-27t00:32:00.999-07:00", .offsetDateTime("1979-05-27T00:32:00.999-07:00")),
            ("v = 1979-05-27 07:32:00z # UTC", .offsetDateTime("1979-05-27T07:32:00Z")),
            ("v = 2016-12-31T23:59:60Z", .offsetDateTime("2016-12-31T23:59:60Z")),
            ("v = 2000-02-29 00:00:00.5", .localDateTime("2000-02-29T00:00:00.5")),
            ("v = 2024-02-29 # a day", .localDate("2024-02-29")),
            ("v = 23:59:59.000001", .localTime("23:59:59.000001")),
        ] as [(String, TOMLValue)])
    func datesAndTimesAreParsed(text: String, expected: TOMLValue) throws { #expect(try value(text) == expected) }

    @Test(
        arguments: [
            ("v = []", .array([])), ("v = [1, 2,]", .array([.integer(1), .integer(2)])),
            ("v = [ # one\n true\n , # two\r\n 'x' ]", .array([.boolean(true), .string("x")])),
            ("v = [[1], ['a', 2.5]]", .array([.array([.integer(1)]), .array([.string("a"), .float(2.5)])])),
            ("v = [{}, {v = false}]", .array([.table(TOMLTable()), .table(table(["v": .boolean(false)]))])),
            (
                "v = { a.b = 1, 'a' . c = 2 }",
                .table(table(["a": .table(table(["b": .integer(1), "c": .integer(2)]))]))
            ),
        ] as [(String, TOMLValue)])
    func nestedValuesAreParsed(text: String, expected: TOMLValue) throws { #expect(try value(text) == expected) }

    @Test func bareQuotedAndDottedKeysAreComparedByBytes() throws {
        let text = "bare-Key_1 = 1\n\"quoted key\" = 2\n'' = 3\n1234 = 4\n\"e\\u0301\" = 5\n\"\\u00e9\" = 6\n3.14 = 7\n"
        let root = try TOMLTable(parsing: Array(text.utf8))
        #expect(
            root.entries.map { Array($0.key.utf8) }
                == ["bare-Key_1", "quoted key", "", "1234", "e\u{301}", "\u{E9}", "3"].map { Array($0.utf8) })
        #expect(root["\u{E9}"] == .integer(6))
        #expect(root["3"] == .table(table(["14": .integer(7)])))
    }

    @Test func tableHeadersMayHaveAnyOrder() throws {
        let text = """
            [a.b.c]
            v = 1
            [a]
            d.e = 2
            [ a . b ]
            v = 3
            [a.d.f]
            v = 4
            [[list]]
            [list.sub]
            v = 5
            [[list]]
            [[list.sub]]
            """
        let inner = table([
            "b": .table(table(["c": .table(table(["v": .integer(1)])), "v": .integer(3)])),
            "d": .table(table(["e": .integer(2), "f": .table(table(["v": .integer(4)]))])),
        ])
        let list: [TOMLValue] = [
            .table(table(["sub": .table(table(["v": .integer(5)]))])),
            .table(table(["sub": .array([.table(TOMLTable())])])),
        ]
        #expect(
            try TOMLTable(parsing: Array(text.utf8)) == table(["a": .table(inner), "list": .array(list)]))
    }

    @Test(arguments: ["", "\n", "\r\n", " \t", "# only a comment", "\u{FEFF}", "\u{FEFF}# a mark\n"])
    func textsMayBeEmpty(text: String) throws { #expect(try TOMLTable(parsing: Array(text.utf8)).entries.isEmpty) }

    @Test func entriesHaveTheirLocation() throws {
        let root = try TOMLTable(parsing: Array("# é\na = \"\"\"\n\n\"\"\"\n\t'b' . c = [\n1]\n[d]\n".utf8))
        #expect(root.entry("a")?.position == TOMLPosition(line: 2, column: 1))
        #expect(root.entry("b")?.position == TOMLPosition(line: 5, column: 2))
        #expect(root.entry("d")?.position == TOMLPosition(line: 7, column: 2))
    }
}

/// A table of these values.
func table(_ values: KeyValuePairs<String, TOMLValue>) -> TOMLTable {
    TOMLTable(values.map { .init(key: $0.key, value: $0.value, position: TOMLPosition(line: 1, column: 1)) })
}
