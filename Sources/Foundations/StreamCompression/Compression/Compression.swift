/// A compression format of layers and archives.
package enum Compression: String, Sendable, CaseIterable {
    /// Not compressed.
    case none
    /// RFC 1952.
    case gzip
    /// RFC 8878.
    case zstd
    /// The .xz format. Read for the sake of build contexts and archives that people have.
    case xz
    /// As `xz`.
    case bzip2

    /// How many leading bytes `detect` looks at.
    package static let magicLength = 6

    /// The format that `prefix`, the first bytes of a stream, announces; `none` when it is no magic number known here.
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
