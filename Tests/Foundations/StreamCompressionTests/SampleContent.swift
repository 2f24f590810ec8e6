import SeededRandomness

/// Content of different character, the same each time.
enum SampleContent: String, CaseIterable, Sendable {
    case empty, oneByte, zeros, random, text, mixed

    func bytes(_ count: Int = 40_000) -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(count))
        switch self {
        case .empty: return []
        case .oneByte: return [0x41]
        case .zeros: return [UInt8](repeating: 0, count: count)
        case .random: return random.bytes(count)
        case .text: return Self.text(count, &random)
        case .mixed:
            var bytes: [UInt8] = []
            while bytes.count < count {
                let length = Int.random(in: 1...20_000, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes += random.bytes(length)
                case 1: bytes += [UInt8](repeating: UInt8(truncatingIfNeeded: length), count: length)
                default: bytes += Self.text(length, &random)
                }
            }
            return Array(bytes.prefix(count))
        }
    }

    private static func text(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        let words = (0..<200).map { _ in random.bytes(Int.random(in: 2...11, using: &random)).map { $0 % 26 + 97 } }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 12)
        while bytes.count < count {
            // Squared, so that some words are frequent.
            let pick = Double.random(in: 0..<1, using: &random)
            bytes += words[Int(pick * pick * Double(words.count))]
            bytes.append(32)
        }
        return Array(bytes.prefix(count))
    }
}
