import SeededRandomness
import Testing

@testable import JSONText

@Suite struct JSONPropertyTests {
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func whatIsWrittenReadsBackTheSame(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let value = generator.value(depth: 5)
        for text in [
            value.serialized(), value.serialized(pretty: true, indent: "\t"), value.serialized(escapeHTML: true),
            value.serialized(sortedKeys: true),
        ] {
            #expect(try JSONValue(parsing: text) == value)
        }
        #expect(try JSONValue(parsing: value.serialized()).serialized() == value.serialized())
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func damagedTextNeverCrashes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var text = generator.value(depth: 5).serialized()
        for _ in 0..<8 where !text.isEmpty {
            let place = Int.random(in: 0..<text.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: text[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: text.remove(at: place)
            case 2: text.insert(Array("{}[]\",:\\u0e-".utf8).randomElement(using: &generator) ?? 0, at: place)
            default: text.removeLast(text.count - place)
            }
            if let value = try? JSONValue(parsing: text) {
                #expect(throws: Never.self) { try JSONValue(parsing: value.serialized()) }
            }
        }
    }
}
