import Testing

@testable import JSONText

@Suite struct JSONParsingTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), (" true ", true), ("false", false), ("0", 0), ("-0", .double(-0.0)), ("17", 17),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .unsigned(9223372036854775808)),
            ("18446744073709551615", .unsigned(.max)),
            ("18446744073709551616", .double(18446744073709551616)),
            ("1.5", 1.5), ("1e3", .double(1000)), ("-2.5E-3", -0.0025), ("1.0", .double(1)),
            ("\"\"", ""), ("[]", []), ("{}", [:]), ("[1,[2],{}]", [1, [2], [:]]),
            ("\t{\r\n\"a\" : 1 , \"b\" : [ ] }", ["a": 1, "b": []]),
        ] as [(String, JSONValue)])
    func readsValues(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "A\u{E9}\u{20AC}"),
        (#""\ud83d\ude00""#, "\u{1F600}"), (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}\u{1F600}"),
        (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\u0000""#, "\0"), ("\"\u{7F}é😀\"", "\u{7F}é😀"),
    ])
    func readsEscapes(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text) == .string(expected))
    }

    @Test(
        arguments: [
            ([0xFF], "\u{FFFD}"), ([0xE2, 0x82], "\u{FFFD}\u{FFFD}"), ([0x61, 0xC3, 0x62], "a\u{FFFD}b"),
            ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"), ([0xC0, 0x80], "\u{FFFD}\u{FFFD}"),
            ([0xC3, 0xA9, 0xF0, 0x9F], "é\u{FFFD}\u{FFFD}"), ([0xF0, 0x9F, 0x98, 0x80, 0x80], "😀\u{FFFD}"),
        ] as [([UInt8], String)])
    func replacesEachInvalidByteAsGoDoes(bytes: [UInt8], expected: String) throws {
        let quote = UInt8(ascii: "\"")
        #expect(try JSONValue(parsing: [quote] + bytes + [quote]) == .string(expected))
        #expect(try JSONValue(parsing: [UInt8(ascii: "{"), quote] + bytes + Array("\":1}".utf8))[expected] == 1)
    }

    @Test(arguments: [
        "", " ", "nul", "nulls", "True", "01", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "0x1", "NaN", "Infinity",
        "-Infinity", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\", "\"\n\"", "\"\u{1F}\"",
        "'a'", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
        "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "1 2", "[]]", "{}{}", "// c\n1", "\u{FEFF}1", "\u{A0}1", "1\0",
    ])
    func refusesWhatIsNoJSON(text: String) {
        #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONError)?.kind == .syntax }
    }

    @Test func errorsHavePositionAndMessage() throws {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\n  \"a\": 1,\n  \"b\" 2\n}") }
        #expect(error?.position == JSONError.Position(offset: 18, line: 3, column: 7))
        #expect(error?.description == "invalid JSON at line 3, column 7: expected a colon after the key, found '2'")
        let end = #expect(throws: JSONError.self) { try JSONValue(parsing: "[") }
        #expect(end?.description == "invalid JSON at line 1, column 2: expected a value, but the text ends")
    }

    @Test func limitsNesting() throws {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let fits = String(repeating: open, count: 128) + "1" + String(repeating: close, count: 128)
            _ = try JSONValue(parsing: fits)
            let hostile = String(repeating: open, count: 200_000)
            #expect { try JSONValue(parsing: hostile) } throws: { ($0 as? JSONError)?.kind == .tooDeep }
        }
        let siblings = "[" + String(repeating: "[[]],", count: 300) + "0]"
        _ = try JSONValue(parsing: siblings, maximumDepth: 3)
        #expect(throws: JSONError.self) { try JSONValue(parsing: siblings, maximumDepth: 2) }
    }

    @Test("Zeros keep their sign", arguments: ["[0,-0]", "[-0,1]"]) func signedZeros(text: String) throws {
        #expect(try JSONValue(parsing: text).serializedString() == text)
        #expect(try JSONValue(parsing: "[-1E-999]").serializedString() == "[-0]")
    }

    @Test func rejectsNumbersOutOfRangeAndParsesLongOnes() throws {
        for text in ["1e400", "-1e999999999999", String(repeating: "9", count: 100_000)] {
            #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONError)?.kind == .numberOutOfRange }
        }
        #expect(try JSONValue(parsing: "1e-400") == .double(0))
        #expect(try JSONValue(parsing: "0." + String(repeating: "1", count: 100_000)).double == 0.1111111111111111)
    }

    @Test func lastDuplicateKeyWinsInFirstPosition() throws {
        let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#)
        #expect(value.serializedString() == #"{"a":3,"b":2}"#)
    }

    @Test func keysAreComparedByBytes() throws {
        // The same letter composed and decomposed: equal as Swift strings, different as JSON keys.
        let value = try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value.object?.count == 2)
        #expect(value["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }

    @Test func rejectsEveryTruncation() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",true,null],"b":{"c":false}}"#.utf8)
        _ = try JSONValue(parsing: text)
        for length in text.indices {
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text[..<length])) }
            #expect(throws: JSONError.self) { try JSONValue(parsing: text[..<length]) }
        }
    }
}
