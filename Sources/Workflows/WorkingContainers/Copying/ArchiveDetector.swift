import Glibc
import StreamCompression
import TarArchive

/// Distinguishes archives that ADD unpacks from other files, by content alone.
package enum ArchiveDetector {
    /// Whether the file is a tar archive, plain or compressed. Resets the file's offset to its start.
    package static func isArchive(_ fd: Int32) throws -> Bool {
        defer { lseek(fd, 0, SEEK_SET) }
        guard let source = try? DecompressingSource(FileDescriptorSource(fd: fd), nil) else { return false }
        var block = [UInt8](repeating: 0, count: TarDetection.blockSize)
        var filled = 0
        while filled < block.count {
            let count = try? block.withUnsafeMutableBytes { bytes in
                try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
            }
            guard let count, count > 0 else { return false }
            filled += count
        }
        return TarDetection.isHeader(block)
    }
}
