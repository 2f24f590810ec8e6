// arithmetic: length: the length of records in memory

import Glibc
import LinuxSystem

/// A file whose blocks and whose place in the file system take a table's records when the disk is full: removing needs
/// records to be written, also where nothing else can be. Never needed for correctness, and deletable at any time.
///
/// Used by whoever holds the table's lock for writing.
struct SpaceReserve {
    let path: String
    /// What there is more than the records need now, in bytes.
    private static let margin = 32 << 10

    init(path: String) {
        self.path = path
    }

    /// Sees to it that records of this length fit. That it cannot is no failure.
    func prepare(for length: Int) {
        if let size = (try? Files.statusIfPresent(path))?.size, size >= Int64(length) { return }
        let wanted = (length / Self.margin + 2) * Self.margin
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        do {
            try Files.makeDirectories(String(path[..<slash]), mode: 0o700)
            try Files.replaceFile(path, with: [UInt8](repeating: UInt8(ascii: " "), count: wanted), synchronize: false)
        } catch {
            // A disk that is that full has no reserve.
        }
    }

    /// Makes the reserve the new file at `target`, which is replaced atomically. The reserve is gone then.
    ///
    /// - Returns: false where there is no reserve or too small a one.
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
            // On a file system that never writes in place, the blocks are of use once they are free.
            try Files.removeTree(path)
            return false
        }
    }
}
