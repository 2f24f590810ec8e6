import Testing

@testable import JSONText

@Suite struct JSONWritingTests {
    private let sample: JSONValue = ["b": [1, 2.5, "x"], "a": [:], "c": [], "d": ["e": nil, "f": true]]

    @Test func compactTextHasNoWhiteSpace() {
        #expect(sample.serializedString() == #"{"b":[1,2.5,"x"],"a":{},"c":[],"d":{"e":null,"f":true}}"#)
    }

    @Test func prettyTextMatchesGo() {
        let expected = """
            {
              "b": [
                1,
                2.5,
                "x"
              ],
              "a": {},
              "c": [],
              "d": {
                "e": null,
                "f": true
              }
            }
            """
        #expect(sample.serializedString(pretty: true, indent: "  ") == expected)
    }

    @Test func sortsKeysByBytesWhenAsked() {
        let value: JSONValue = ["b": 1, "é": 2, "B": 3, "a": ["z": 1, "y": 2]]
        #expect(value.serializedString(sortedKeys: true) == #"{"B":3,"a":{"y":2,"z":1},"b":1,"é":2}"#)
    }

    @Test func escapesAsGoDoes() {
        let value: JSONValue = "\"\\/\u{8}\u{C}\n\r\t\0\u{1F}\u{7F}<>&\u{2028}\u{2029}\u{202A}é😀"
        #expect(
            value.serializedString()
                == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7F}<>&" + #"\u2028\u2029"# + "\u{202A}é😀\"")
        #expect(JSONValue.string("a<b>&").serializedString(escapeHTML: true) == #""a\u003cb\u003e\u0026""#)
        #expect(JSONValue(dictionaryLiteral: ("<", 1)).serializedString(escapeHTML: true) == #"{"\u003c":1}"#)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (100, "100"), (0.1, "0.1"), (123.456, "123.456"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (1.5e300, "1.5e+300"), (0.000001, "0.000001"), (1e-7, "1e-7"), (1.25e-9, "1.25e-9"),
            (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
            (123456789012345683968, "123456789012345680000"),
            (-1.5, "-1.5"), (0.001234, "0.001234"), (1 / 3.0, "0.3333333333333333"),
            (9007199254740992, "9007199254740992"),
        ] as [(Double, String)])
    func writesDoublesAsGoDoes(value: Double, expected: String) {
        #expect(JSONValue.double(value).serializedString() == expected)
    }

    @Test func writesNullForNonFiniteNumbers() {
        #expect(JSONValue.array([.double(.infinity), .double(.nan)]).serializedString() == "[null,null]")
    }
}
