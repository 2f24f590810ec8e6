/// A compression format of layers and archives.
package enum Compression: String, Sendable, CaseIterable {
    /// Not compressed.
    case none
    /// RFC 1952.
    case gzip
    /// RFC 8878.
    case zstd
    /// The .xz format, which build contexts and archives in the wild use.
    case xz
    /// As for `xz`.
    case bzip2

    /// Number of leading bytes that `detect` examines.
    package static let magicLength = 6

    /// The format whose magic number `prefix`, the first bytes of a stream, begins with; `none` when there is no known
    /// one.
    package static func detect(_ prefix: [UInt8]) -> Compression {
        if prefix.starts(with: [0x1F, 0x8B, 0x08]) { return .gzip }
        if prefix.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
        if prefix.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .xz }
        if prefix.starts(with: [0x42, 0x5A, 0x68]) { return .bzip2 }
        // A zstd skippable frame (0x184D2A50 to 0x184D2A5F, little-endian) may come first.
        if prefix.count >= 4, prefix[0] & 0xF0 == 0x50, prefix[1...3].elementsEqual([0x2A, 0x4D, 0x18]) {
            return .zstd
        }
        return .none
    }
}
