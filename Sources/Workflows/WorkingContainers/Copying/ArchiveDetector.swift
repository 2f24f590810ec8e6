import Glibc
import StreamCompression

/// Tells archives that ADD unpacks from other files, by content alone.
enum ArchiveDetector {
    private static let blockSize = 512

    /// Whether the file is a tar archive, plain or compressed. The file's offset is at its start afterwards.
    static func isArchive(_ fd: Int32) throws -> Bool {
        defer { lseek(fd, 0, SEEK_SET) }
        guard let source = try? DecompressingSource(FileDescriptorSource(fd: fd), nil) else { return false }
        var block = [UInt8](repeating: 0, count: blockSize)
        var filled = 0
        while filled < blockSize {
            let count = try? block.withUnsafeMutableBytes { bytes in
                try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
            }
            guard let count, count > 0 else { return false }
            filled += count
        }
        return isHeader(block)
    }

    /// Whether a block has a tar header's checksum: the sum of its bytes with the checksum field as spaces.
    static func isHeader(_ block: [UInt8]) -> Bool {
        let field = 148..<156
        guard block.count == blockSize, block[0] != 0 else { return false }
        var stated = 0
        for byte in block[field] where byte >= 0x30 && byte <= 0x37 { stated = stated * 8 + Int(byte - 0x30) }
        var sum = 0
        for (index, byte) in block.enumerated() { sum += field.contains(index) ? 0x20 : Int(byte) }
        return sum == stated
    }
}
