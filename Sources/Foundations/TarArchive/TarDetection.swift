// arithmetic: stated, byte, sum, signed, checksum, contains: eight octal digits, and 512 bytes added up

/// Tells tar archives from other data.
package enum TarDetection {
    /// The size of the block that is looked at, in bytes.
    package static let blockSize = TarHeaderBlock.size

    /// Whether a block has a tar header's checksum: the sum of its bytes with the checksum field as spaces. Some
    /// old writers add signed bytes.
    package static func isHeader(_ block: [UInt8]) -> Bool {
        // arithmetic: constants of the format
        let field = TarField.checksum.start..<(TarField.checksum.start + TarField.checksum.count)
        guard block.count == blockSize, block[0] != 0 else { return false }
        var stated = 0
        for byte in block[field] where byte >= 0x30 && byte <= 0x37 { stated = stated * 8 + Int(byte - 0x30) }
        var sum = 0
        var signed = 0
        for (index, byte) in block.enumerated() {
            sum += field.contains(index) ? 0x20 : Int(byte)
            signed += field.contains(index) ? 0x20 : Int(Int8(bitPattern: byte))
        }
        return sum == stated || signed == stated
    }
}
