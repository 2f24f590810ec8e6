/// Decodes percent-encoding (RFC 3986) in a stream, whichever characters its author has encoded. Plus and space are the
/// same in it, since forms encode one as the other.
struct PercentDecoding: Sendable {
    /// The bytes since a percent sign that may begin an encoded byte.
    private var pending: [UInt8] = []

    /// A plus sign where there was a space.
    static func folded(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: " ") ? UInt8(ascii: "+") : byte }

    /// The decoded bytes, except those which the next ones decide on.
    mutating func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        for byte in bytes { take(byte, &decoded) }
        return decoded
    }

    private mutating func take(_ byte: UInt8, _ decoded: inout [UInt8]) {
        guard let mark = pending.first else {
            if byte == UInt8(ascii: "%") { pending.append(byte) } else { decoded.append(Self.folded(byte)) }
            return
        }
        guard let digit = Self.value(byte) else {
            decoded.append(mark)
            decoded += pending.dropFirst()
            pending = []
            return take(byte, &decoded)
        }
        guard pending.count == 2, let high = Self.value(pending[1]) else { return pending.append(byte) }
        decoded.append(Self.folded(high << 4 | digit))
        pending = []
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
