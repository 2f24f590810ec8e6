/// The header of a regular file in an image archive: always one block, so that it can be written after the content.
/// (POSIX.1-2017, pax, "ustar Interchange Format"; sizes from 8 GiB on in base 256 as GNU tar writes them.)
enum ArchiveHeader {
    static let size = 512

    /// `name` has at most 100 bytes.
    /// A directory's name ends with a slash.
    ///
    /// - Parameter target: the target of a symbolic link, at most 100 bytes; nil for a file.
    static func bytes(
        name: String, size: Int64, target: String? = nil, owner: ArchiveOwner = .current
    ) -> [UInt8] {
        let isDirectory = name.hasSuffix("/")
        let mode: Int64 = target != nil ? 0o777 : isDirectory ? 0o755 : 0o644
        var block = [UInt8](repeating: 0, count: Self.size)
        func put(_ bytes: some Collection<UInt8>, at offset: Int, limit: Int) {
            for (index, byte) in bytes.prefix(limit).enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int64, digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: max(digits - text.count, 0)) + text).utf8)
        }
        put(name.utf8, at: 0, limit: 100)
        put(octal(mode, digits: 7), at: 100, limit: 7)
        put(octal(Int64(owner.uid), digits: 7), at: 108, limit: 7)
        put(octal(Int64(owner.gid), digits: 7), at: 116, limit: 7)
        if size < 1 << 33 {
            put(octal(size, digits: 11), at: 124, limit: 11)
        } else {
            let digits = (0..<8).map { UInt8(truncatingIfNeeded: size >> (56 - 8 * Int64($0))) }
            put([0x80, 0, 0, 0] + digits, at: 124, limit: 12)
        }
        put(octal(0, digits: 11), at: 136, limit: 11)
        block[156] = UInt8(ascii: target != nil ? "2" : isDirectory ? "5" : "0")
        if let target { put(target.utf8, at: 157, limit: 100) }
        put("ustar\u{0}00".utf8, at: 257, limit: 8)
        // The checksum counts its own field as spaces.
        put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148, limit: 8)
        let sum = block.reduce(Int64(0)) { $0 + Int64($1) }
        put(octal(sum, digits: 6) + [0, UInt8(ascii: " ")], at: 148, limit: 8)
        return block
    }
}
