import Testing

@testable import JSONText

@Suite struct JSONCodingTests {
    struct Inner: Codable, Equatable {
        var zulu: Int
        var alpha: String?
        var flags: [Bool]?
    }

    struct Outer: Codable, Equatable {
        var name: String
        var size: UInt64
        var ratio: Double
        var inner: Inner
        var list: [Inner]
        var map: [String: Inner]
        var any: JSONValue?
        var object: JSONObject?
        var missing: Inner?

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case size, ratio, inner, list, map, any, object, missing
        }
    }

    private let sample = Outer(
        name: "x", size: 5, ratio: 0.5, inner: Inner(zulu: 1, alpha: "a"), list: [Inner(zulu: -1, flags: [true])],
        map: ["b": Inner(zulu: 2), "a": Inner(zulu: 3)], any: ["z": [1, nil]], object: ["y": 1, "x": 2])

    private let text =
        #"{"Name":"x","size":5,"ratio":0.5,"inner":{"zulu":1,"alpha":"a"},"list":[{"zulu":-1,"flags":[true]}],"#
        + #""map":{"a":{"zulu":3},"b":{"zulu":2}},"any":{"z":[1,null]},"object":{"y":1,"x":2}}"#

    @Test func encodesInDeclarationOrderWithoutNils() throws {
        #expect(try JSONValueEncoder().encode(sample).serializedString() == text)
        #expect(try JSONValueEncoder().bytes(sample) == Array(text.utf8))
    }

    @Test func decodesWhatItEncodes() throws {
        #expect(try JSONValueDecoder().decode(Outer.self, from: Array(text.utf8)) == sample)
    }

    @Test func dictionariesAreSortedAtEveryLevel() throws {
        let keys = (0..<50).map { "k\($0)" }
        let map = Dictionary(uniqueKeysWithValues: keys.map { ($0, ["b": 1, "a": 2]) })
        #expect(try JSONValueEncoder().encode(map).object?.keys == keys.sorted())
        #expect(try JSONValueEncoder().encode([map])[0]?["k7"]?.object?.keys == ["a", "b"])
        #expect(
            try JSONValueEncoder().encode(["x": map] as [String: [String: [String: Int]]]?)["x"]?.object?.keys
                == keys.sorted())
    }

    @Test func nullCountsAsAbsent() throws {
        let value = try JSONValue(
            parsing:
                #"{"Name":"","size":0,"ratio":1,"inner":{"zulu":0,"alpha":null,"flags":null},"list":null,"map":null,"missing":null}"#
        )
        let outer = try JSONValueDecoder().decode(Outer.self, from: value)
        #expect(outer.list == [] && outer.map == [:] && outer.missing == nil && outer.inner.flags == nil)
    }

    @Test(arguments: [
        (#"{"zulu":"1"}"#, "list[1].zulu: expected an integer, found a string"),
        (#"{"zulu":1.5}"#, "list[1].zulu: the number 1.5 is not an integer or is out of range"),
        (#"{"zulu":1e30}"#, "list[1].zulu: the number 1e+30 is not an integer or is out of range"),
        (#"{"zulu":null}"#, "list[1].zulu: expected an integer, found null"),
        (#"{}"#, #"list[1]: the key "zulu" is missing"#),
        (#"[]"#, "list[1]: expected an object, found an array"),
        (#"{"zulu":1,"flags":[true,0]}"#, "list[1].flags[1]: expected a boolean, found a number"),
        (#"{"zulu":1,"alpha":{}}"#, "list[1].alpha: expected a string, found an object"),
    ])
    func errorsNameThePlace(element: String, expected: String) throws {
        let document = #"{"list":[{"zulu":1},\#(element)]}"#
        let error = #expect(throws: JSONError.self) {
            try JSONValueDecoder().decode([String: [Inner]].self, from: Array(document.utf8))
        }
        #expect(error?.description == expected)
    }

    @Test func errorsFromTypesGetThePath() throws {
        struct Picky: Codable {
            init(from decoder: any Decoder) throws {
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not to my taste"))
            }

            func encode(to encoder: any Encoder) throws {
                throw EncodingError.invalidValue(1, .init(codingPath: [], debugDescription: "never"))
            }
        }
        let error = #expect(throws: JSONError.self) {
            try JSONValueDecoder().decode([String: [Picky]].self, from: ["a": [1]] as JSONValue)
        }
        #expect(error?.description == "a[0]: not to my taste")
    }

    @Test func integersAreRangeChecked() throws {
        #expect(try JSONValueDecoder().decode([UInt8].self, from: [0, 255] as JSONValue) == [0, 255])
        #expect(throws: JSONError.self) { try JSONValueDecoder().decode([UInt8].self, from: [256] as JSONValue) }
        #expect(throws: JSONError.self) { try JSONValueDecoder().decode([UInt].self, from: [-1] as JSONValue) }
        #expect(
            try JSONValueEncoder().encode([Int64.min, .max]).serializedString()
                == "[-9223372036854775808,9223372036854775807]")
        let largest = try JSONValueEncoder().encode([UInt64.max])
        #expect(largest.serializedString() == "[18446744073709551615]")
        #expect(try JSONValueDecoder().decode([UInt64].self, from: largest) == [.max])
        #expect(throws: JSONError.self) { try JSONValueDecoder().decode([Int64].self, from: largest) }
        let error = #expect(throws: JSONError.self) { try JSONValueEncoder().encode(["x": [Double.nan]]) }
        #expect(error?.description == "x[0]: the number nan is not finite")
    }

    @Test func ignoresCaseOfKeysOnlyWhenAsked() throws {
        let value: JSONValue = ["ZULU": 1, "Alpha": "a"]
        #expect(
            try JSONValueDecoder(ignoresCaseOfKeys: true).decode(Inner.self, from: value) == Inner(zulu: 1, alpha: "a"))
        #expect(throws: JSONError.self) { try JSONValueDecoder().decode(Inner.self, from: value) }
        let both: JSONValue = ["Zulu": 1, "zulu": 2]
        #expect(try JSONValueDecoder(ignoresCaseOfKeys: true).decode(Inner.self, from: both).zulu == 2)
    }

    @Test func topLevelScalarsAndEnums() throws {
        enum Colour: String, Codable { case red, green }
        #expect(try JSONValueEncoder().encode(Colour.red) == "red")
        #expect(try JSONValueDecoder().decode([Colour].self, from: ["red", "green"] as JSONValue) == [.red, .green])
        #expect(throws: JSONError.self) { try JSONValueDecoder().decode(Colour.self, from: "blue" as JSONValue) }
        #expect(try JSONValueEncoder().encode(7) == 7)
        #expect(try JSONValueEncoder().encode([String: Int]()) == [:])
        #expect(try JSONValueEncoder().encode([[Int]]()) == [])
        #expect(try JSONValueEncoder().encode([Int?.none, 1]) == [nil, 1])
        #expect(try JSONValueDecoder().decode([Int?].self, from: [nil, 1] as JSONValue) == [nil, 1])
    }
}
