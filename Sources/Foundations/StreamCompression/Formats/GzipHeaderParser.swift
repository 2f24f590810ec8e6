/// Parses the header of one gzip member (RFC 1952, section 2.3) from input that may be split anywhere.
///
/// Name, comment and extra field are skipped, whatever their length; the header checksum is verified when present.
struct GzipHeaderParser {
    private enum Field {
        case fixed, extraLength, extra, name, comment, checksum, done
    }

    private static let hasChecksum: UInt8 = 1 << 1
    private static let hasExtra: UInt8 = 1 << 2
    private static let hasName: UInt8 = 1 << 3
    private static let hasComment: UInt8 = 1 << 4
    private static let reserved: UInt8 = 0xE0

    private var field = Field.fixed
    /// Bytes of the current field read so far.
    private var position = 0
    private var flags: UInt8 = 0
    private var extraLength = 0
    private var storedChecksum: UInt16 = 0
    private var checksum = CRC32()

    var isDone: Bool { field == .done }

    /// Consumes bytes up to the end of the header; returns how many.
    mutating func parse(_ input: UnsafeRawBufferPointer) throws(CompressionError) -> Int {
        var used = 0
        while used < input.count, field != .done {
            let isCovered = field != .checksum
            try take(input[used])
            if isCovered { checksum.update(UnsafeRawBufferPointer(rebasing: input[used...used])) }
            used += 1
        }
        return used
    }

    private mutating func take(_ byte: UInt8) throws(CompressionError) {
        switch field {
        case .fixed:
            try takeFixed(byte)
        case .extraLength:
            extraLength |= Int(byte) << (8 * position)
            position += 1
            if position == 2 { advance(to: extraLength > 0 ? .extra : .name) }
        case .extra:
            position += 1
            if position == extraLength { advance(to: .name) }
        case .name:
            if byte == 0 { advance(to: .comment) }
        case .comment:
            if byte == 0 { advance(to: .checksum) }
        case .checksum:
            storedChecksum |= UInt16(byte) << (8 * UInt16(position))
            position += 1
            guard position == 2 else { return }
            guard storedChecksum == UInt16(truncatingIfNeeded: checksum.value) else {
                throw .corrupt(.gzip, "header checksum mismatch")
            }
            advance(to: .done)
        case .done:
            break
        }
    }

    private mutating func takeFixed(_ byte: UInt8) throws(CompressionError) {
        switch position {
        case 0 where byte != 0x1F, 1 where byte != 0x8B:
            throw .corrupt(.gzip, "invalid header")
        case 2 where byte != 8:
            throw .corrupt(.gzip, "unknown compression method \(byte)")
        case 3:
            guard byte & Self.reserved == 0 else { throw .corrupt(.gzip, "reserved header flags") }
            flags = byte
        default:
            break
        }
        position += 1
        if position == 10 { advance(to: .extraLength) }
    }

    /// Advances to `next`, or to the first later field that the flags announce.
    private mutating func advance(to next: Field) {
        position = 0
        field = next
        if field == .extraLength, flags & Self.hasExtra == 0 { field = .name }
        if field == .name, flags & Self.hasName == 0 { field = .comment }
        if field == .comment, flags & Self.hasComment == 0 { field = .checksum }
        if field == .checksum, flags & Self.hasChecksum == 0 { field = .done }
    }
}
