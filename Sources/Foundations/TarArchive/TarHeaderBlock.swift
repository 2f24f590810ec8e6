// arithmetic: start: where a field of a block begins
// arithmetic: bytes, byte, sum, field: of 32 bits at most

/// A field of a header block: where it begins and how long it is.
struct TarField {
    let start: Int
    let count: Int

    static var name: TarField { TarField(start: 0, count: 100) }
    static var mode: TarField { TarField(start: 100, count: 8) }
    static var uid: TarField { TarField(start: 108, count: 8) }
    static var gid: TarField { TarField(start: 116, count: 8) }
    static var size: TarField { TarField(start: 124, count: 12) }
    static var modification: TarField { TarField(start: 136, count: 12) }
    static var checksum: TarField { TarField(start: 148, count: 8) }
    static var linkTarget: TarField { TarField(start: 157, count: 100) }
    static var magic: TarField { TarField(start: 257, count: 8) }
    static var userName: TarField { TarField(start: 265, count: 32) }
    static var groupName: TarField { TarField(start: 297, count: 32) }
    static var deviceMajor: TarField { TarField(start: 329, count: 8) }
    static var deviceMinor: TarField { TarField(start: 337, count: 8) }
    static var prefix: TarField { TarField(start: 345, count: 155) }
    static var starPrefix: TarField { TarField(start: 345, count: 131) }
    static var starAccess: TarField { TarField(start: 476, count: 12) }
    static var starChange: TarField { TarField(start: 488, count: 12) }
    static var gnuAccess: TarField { TarField(start: 345, count: 12) }
    static var gnuChange: TarField { TarField(start: 357, count: 12) }
    static var gnuRealSize: TarField { TarField(start: 483, count: 12) }
    static let typeFlag = 156
    static let gnuIsExtended = 482
    static let gnuExtents = 386
}

/// Reads the fields of a 512-byte header block in place.
struct TarHeaderBlock {
    static let size = 512

    /// The layout of the block's second half.
    enum Format {
        case v7
        case ustar
        case star
        case gnu
    }

    /// Exactly 512 bytes.
    let bytes: UnsafeRawBufferPointer

    var typeFlag: UInt8 { bytes[TarField.typeFlag] }

    var format: Format {
        let magic = bytes.loadUnaligned(fromByteOffset: TarField.magic.start, as: UInt64.self)
        if UInt64(bigEndian: magic) >> 16 == Self.ustarMagic {
            return bytes.loadUnaligned(fromByteOffset: 508, as: UInt32.self) == Self.starTrailer ? .star : .ustar
        }
        return magic == Self.gnuMagic ? .gnu : .v7
    }

    /// Without the version, which some writers leave blank.
    private static var ustarMagic: UInt64 { 0x7573_7461_7200 }
    private static var gnuMagic: UInt64 { UInt64(bigEndian: 0x7573_7461_7220_2000) }
    private static var starTrailer: UInt32 { UInt32(bigEndian: 0x7461_7200) }

    var isZero: Bool {
        var union: UInt64 = 0
        for index in stride(from: 0, to: Self.size, by: 8) {
            union |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if union != 0 { return false }
        }
        return true
    }

    /// Whether the checksum field holds the sum of the bytes, which some old writers computed as signed.
    var checksumMatches: Bool {
        guard let stored = number(.checksum) else { return false }
        var sum: UInt32 = 0
        for byte in bytes { sum &+= UInt32(byte) }
        var field: UInt32 = 0
        for index in 0..<TarField.checksum.count { field &+= UInt32(bytes[TarField.checksum.start + index]) }
        if stored == Int64(sum &- field &+ 8 * 0x20) { return true }
        var signed: Int32 = 8 * 0x20
        for index in 0..<Self.size where !(148..<156).contains(index) {
            signed &+= Int32(Int8(bitPattern: bytes[index]))
        }
        return stored == Int64(signed)
    }

    /// The number in a field, octal or base-256; nil when it is invalid or does not fit.
    func number(_ field: TarField) -> Int64? {
        TarNumber.parse(UnsafeRawBufferPointer(rebasing: bytes[field.start..<field.start + field.count]))
    }

    /// The bytes of a text field before its first NUL.
    func text(_ field: TarField) -> UnsafeRawBufferPointer {
        var count = 0
        while count < field.count, bytes[field.start + count] != 0 { count += 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[field.start..<field.start + count])
    }
}
