import Testing

@testable import JSONText

@Suite struct UTF8RepairTests {
    /// What Go does: a byte that begins no valid sequence becomes U+FFFD, and the next is looked at.
    private func expected(_ bytes: [UInt8]) -> String {
        var result = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            let sequence = (1...4).lazy.filter { $0 <= rest.count }.compactMap { length in
                String(validating: rest.prefix(length), as: UTF8.self).flatMap {
                    $0.unicodeScalars.count == 1 ? $0 : nil
                }
            }.first
            result.unicodeScalars.append(contentsOf: (sequence ?? "\u{FFFD}").unicodeScalars)
            rest = rest.dropFirst(sequence?.utf8.count ?? 1)
        }
        return result
    }

    @Test func everyPairOfBytes() {
        for first in UInt8.min...UInt8.max {
            for second in stride(from: UInt8(0x70), through: 0xF0, by: 1) {
                let bytes = [first, second]
                #expect(Array(UTF8Repair.string(bytes).utf8) == Array(expected(bytes).utf8))
            }
        }
    }

    @Test func longSequencesAtTheirEdges() {
        let edges: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        let leads: [UInt8] = [0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5]
        for lead in leads {
            for second in edges {
                for third in edges {
                    for bytes in [
                        [lead, second, third], [lead, second, third, 0x80], [lead, second, third, 0xBF, 0x41],
                    ] {
                        #expect(Array(UTF8Repair.string(bytes).utf8) == Array(expected(bytes).utf8))
                    }
                }
            }
        }
    }

    @Test func muchThatIsNoText() throws {
        let bytes = [0x22] + [UInt8](repeating: 0xFF, count: 2 << 20) + [0x22]
        let text = try #require(try JSONValue(parsing: bytes).string)
        #expect(text.unicodeScalars.count == 2 << 20)
    }
}
