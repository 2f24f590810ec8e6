// arithmetic: index, length: places in the text, which is in memory

/// Strings out of bytes that may be no valid UTF-8.
enum UTF8Repair {
    /// The bytes as a string, each byte that belongs to no valid UTF-8 sequence replaced by U+FFFD: one for each byte,
    /// as Go does, where Swift would put one for each truncated sequence. Takes time linear in the number of bytes.
    static func string(_ bytes: [UInt8]) -> String {
        if let valid = String(validating: bytes, as: UTF8.self) { return valid }
        let repaired = bytes.withUnsafeBufferPointer { repair($0) }
        return String(decoding: repaired, as: UTF8.self)
    }

    private static func repair(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let length = sequenceLength(bytes, at: index)
            if length == 0 {
                result.append(contentsOf: [0xEF, 0xBF, 0xBD])
                index += 1
                continue
            }
            for place in index..<index + length { result.append(bytes[place]) }
            index += length
        }
        return result
    }

    /// The length of the sequence that begins at `index` (RFC 3629, section 4); 0 where none does.
    private static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch bytes[index] {
        case 0..<0x80: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: return 0
        }
        guard bytes.count - index >= length, second.contains(bytes[index + 1]) else { return 0 }
        for place in (index + 1)..<(index + length) where bytes[place] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
