import Testing

@testable import JSONText

@Suite struct JSONObjectTests {
    @Test(arguments: [5, 20, 21, 100])
    func keepsOrderAtEverySize(size: Int) {
        var object = JSONObject()
        for number in 0..<size {
            object["key\(number)"] = .integer(Int64(number))
        }
        object["key3"] = "changed"
        #expect(object.keys == (0..<size).map { "key\($0)" })
        #expect(object["key3"] == "changed")
        #expect(object["key\(size - 1)"] == .integer(Int64(size - 1)))
        #expect(object["absent"] == nil)
    }

    @Test(arguments: [5, 22, 100])
    func removalKeepsTheOthersFindable(size: Int) {
        var object = JSONObject((0..<size).map { ("k\($0)", JSONValue.integer(Int64($0))) })
        for number in stride(from: 0, to: size, by: 2) {
            #expect(object.remove("k\(number)") == .integer(Int64(number)))
            #expect(object.remove("k\(number)") == nil)
        }
        for number in 0..<size {
            #expect(object["k\(number)"] == (number % 2 == 0 ? nil : .integer(Int64(number))))
        }
        object["k0"] = 7
        #expect(object.keys.last == "k0")
        #expect(object.count == size / 2 + 1)
    }

    @Test func distinguishesNullFromAbsent() {
        var object: JSONObject = ["a": nil]
        #expect(object["a"] == .some(.null))
        #expect(object.contains("a"))
        object["a"] = nil
        #expect(!object.contains("a"))
    }

    @Test func equalityIgnoresOrder() {
        #expect(JSONObject([("a", 1), ("b", 2)]) == JSONObject([("b", 2), ("a", 1)]))
        #expect(JSONObject([("a", 1)]) != JSONObject([("a", 1), ("b", nil)]))
    }

    @Test func accessesValuesByKeyAndIndex() {
        var value: JSONValue = ["a": ["b": [1, "two", 3.0]]]
        #expect(value["a"]?["b"]?[1]?.string == "two")
        #expect(value["a"]?["b"]?[2]?.integer == 3)
        #expect(value["a"]?["b"]?[3] == nil)
        #expect(value["a"]?["b"]?[-1] == nil)
        value["a"]?["c"] = true
        #expect(value["a"]?["c"]?.bool == true)
        value["a"]?["b"] = nil
        #expect(value == ["a": ["c": true]])
    }

    @Test func keysThatAreCanonicallyEquivalentAreDifferentAndEachIsFound() throws {
        // The same marks in any order: one string to Swift.
        let marks: [Unicode.Scalar] = ["\u{0316}", "\u{0301}", "\u{0327}", "\u{0323}", "\u{0345}", "\u{0321}"]
        var orders: [[Unicode.Scalar]] = [[]]
        for mark in marks {
            orders = orders.flatMap { order in
                (0...order.count).map { place in order[..<place] + [mark] + order[place...] }
            }
        }
        var object = JSONObject()
        let keys = orders.map { order in
            var key = "a"
            key.unicodeScalars.append(contentsOf: order)
            return key
        }
        for (number, key) in keys.enumerated() { object.set(key, to: .integer(Int64(number))) }
        #expect(object.count == 720)
        for (number, key) in keys.enumerated() { #expect(object[key]?.integer == Int64(number)) }
    }

    @Test func manyKeys() throws {
        let text = "{" + (0..<300_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + "}"
        let object = try #require(try JSONValue(parsing: text).object)
        #expect(object.count == 300_000)
        #expect(object["key299999"]?.integer == 299_999)
    }
}
