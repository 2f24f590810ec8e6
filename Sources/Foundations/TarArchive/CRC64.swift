import CISAL

/// A running CRC-64 (ISO 3309 polynomial, reflected), which tar-split records for content.
struct CRC64: Sendable {
    private(set) var value: UInt64 = 0

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        value = crc64_iso_refl(value, base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }
}
