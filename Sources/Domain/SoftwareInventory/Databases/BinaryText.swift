// arithmetic: offset, width: checked to be in the bytes; bytes: numbers of eight bits

/// Numbers in binary files; nil beyond the end.
enum BinaryText {
    static func big16(_ bytes: [UInt8], _ offset: Int) -> UInt16? {
        guard offset >= 0, bytes.count - 2 >= offset else { return nil }
        // arithmetic: numbers of eight bits, shifted into wider ones
        return UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }

    static func big32(_ bytes: [UInt8], _ offset: Int) -> UInt32? {
        guard offset >= 0, bytes.count - 4 >= offset else { return nil }
        // arithmetic: numbers of eight bits, shifted into wider ones
        return bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func little32(_ bytes: [UInt8], _ offset: Int) -> UInt32? {
        big32(bytes, offset)?.byteSwapped
    }

    static func number(_ bytes: [UInt8], _ offset: Int, width: Int, isLittle: Bool) -> UInt64? {
        guard offset >= 0, width <= 8, bytes.count - width >= offset else { return nil }
        let field = bytes[offset..<offset + width]
        return isLittle
            // arithmetic: numbers of eight bits, shifted into wider ones
            ? field.reversed().reduce(0) { $0 << 8 | UInt64($1) } : field.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
