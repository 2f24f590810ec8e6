// arithmetic: length: the length of records in memory

import Glibc
import LinuxSystem

/// A file whose blocks and inode receive a table's records when the disk is full: removal requires writing records,
/// even if nothing else can be written. Never needed for correctness, and deletable at any time.
///
/// Used by the holder of the table's lock for writing.
struct SpaceReserve {
    let path: String
    /// The size of the reserve beyond what the records currently need, in bytes.
    private static let margin = 32 << 10

    init(path: String) {
        self.path = path
    }

    /// Ensures that records of this length fit. Best effort: failures are ignored.
    func prepare(for length: Int) {
        if let size = (try? Files.statusIfPresent(path))?.size, size >= Int64(length) { return }
        let wanted = (length / Self.margin + 2) * Self.margin
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        do {
            try Files.makeDirectories(String(path[..<slash]), mode: 0o700)
            try Files.replaceFile(path, with: [UInt8](repeating: UInt8(ascii: " "), count: wanted), synchronize: false)
        } catch {
            // If the disk is this full already, there is no reserve.
        }
    }

    /// Atomically replaces the file at `target` with the reserve file, which uses the reserve up.
    ///
    /// - Returns: false if there is no reserve or it is too small.
    func replace(_ target: String, with bytes: [UInt8]) throws(LinuxError) -> Bool {
        guard let size = try Files.statusIfPresent(path)?.size, size >= Int64(bytes.count) else { return false }
        do throws(LinuxError) {
            let file = try OwnedFD.open(path, O_WRONLY)
            try file.writeAll(bytes)
            guard ftruncate(file.raw, off_t(bytes.count)) == 0 else {
                throw LinuxError("truncate", path, code: errno)
            }
            try file.synchronize()
            try Files.rename(path, target)
            return true
        } catch {
            // On a file system that never overwrites in place, the blocks help once they are freed.
            try Files.removeTree(path)
            return false
        }
    }
}
