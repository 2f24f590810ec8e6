import ContentDigest
import Glibc
import ImageModel
import LinuxSystem

/// The file that a large blob is being written to, in its final directory, under a hidden name that no reader of images
/// knows. Whoever has it open holds a lock on it; the file of a process that died is resumed.
struct PartialBlob: ~Copyable {
    /// Smaller blobs are fetched again.
    static let minimumSize: Int64 = 4 << 20
    private static let prefix = ".partial-"
    /// Abandoned files are removed after this many seconds.
    private static let lifetime: Int64 = 7 * 86400

    let name: String
    /// Number of bytes present.
    let length: Int64
    private let file: OwnedFD

    /// Opens a blob's file; nil when the blob is too small, another process is writing it, or the file cannot be
    /// created.
    static func open(for offer: BlobOffer, in path: String) -> PartialBlob? {
        guard let blob = offer.expected, offer.openRest != nil, blob.size >= Self.minimumSize else { return nil }
        let name = "\(Self.prefix)\(blob.digest.algorithm.rawValue)-\(blob.digest.hex)"
        let place = "\(path)/\(name)"
        guard let file = try? OwnedFD.open(place, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o644),
            flock(file.raw, LOCK_EX | LOCK_NB) == 0
        else { return nil }
        var here = stat()
        var named = stat()
        // Between the two calls it may have been renamed or removed.
        guard fstat(file.raw, &here) == 0, lstat(place, &named) == 0, here.st_ino == named.st_ino,
            here.st_dev == named.st_dev
        else { return nil }
        var length = Int64(here.st_size)
        if length > blob.size {
            guard ftruncate(file.raw, 0) == 0 else { return nil }
            length = 0
        }
        guard lseek(file.raw, 0, SEEK_END) == length else { return nil }
        return PartialBlob(name: name, length: length, file: file)
    }

    /// The file, open for reading and appending, with its lock.
    consuming func takeFile() -> OwnedFD { file }

    /// Removes abandoned files.
    static func sweep(_ directory: String) {
        guard let entries = try? Files.entries(ofDirectory: directory) else { return }
        let oldest = Clock.now().seconds - lifetime
        for entry in entries where entry.text.hasPrefix(prefix) {
            let path = "\(directory)/\(entry.text)"
            var status = stat()
            guard lstat(path, &status) == 0, Int64(status.st_mtim.tv_sec) < oldest,
                let file = try? OwnedFD.open(path, O_RDWR | O_NOFOLLOW), flock(file.raw, LOCK_EX | LOCK_NB) == 0
            else { continue }
            _ = unlink(path)
        }
    }
}
