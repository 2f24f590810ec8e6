import ContentDigest
import Glibc
import ImageModel
import LinuxSystem

// arithmetic: length, offset, position, byteCount: of a file of ours

/// A file with the bytes of a blob that have arrived, so that a later process need not fetch them again after a kill, a
/// crash or a full disk.
///
/// The file is locked while in use. Its content is only trusted as far as the blob's digest confirms it. It is only an
/// optimization: if it cannot be written, the transfer continues without it.
package final class BlobJournal {
    /// Smaller blobs are not worth a file.
    private static let minimumSize: Int64 = 4 << 20
    /// Abandoned journals are removed after this many seconds.
    private static let lifetime: Int64 = 7 * 86400

    private let path: String
    private let size: Int64
    private let lock: FileLock
    /// The number of bytes kept by an earlier process.
    private(set) var length: Int64
    /// Whether there were any.
    let wasContinued: Bool
    private var position: Int64
    private var isWriting = true
    private let budget: JournalSpaceArbiter?

    /// Opens a blob's journal; nil if none is available: the blob is small, another process is fetching it, or the
    /// directory is not writable.
    init?(_ blob: Descriptor, in directory: String, budget: JournalSpaceArbiter? = nil) {
        guard blob.size >= Self.minimumSize else { return nil }
        do {
            try Files.makeDirectories(directory)
            path = Self.path(of: blob.digest, in: directory)
            lock = try FileLock(opening: path)
            guard try lock.tryLockExclusive() else { return nil }
        } catch {
            return nil
        }
        size = blob.size
        self.budget = budget
        var status = stat()
        length = fstat(lock.fd, &status) == 0 ? Int64(status.st_size) : 0
        wasContinued = length > 0
        position = length
        if length > size || (length == size && !holds(blob.digest)) { discard() }
    }

    private static func path(of digest: Digest, in directory: String) -> String {
        "\(directory)/\(digest.algorithm.rawValue)-\(digest.hex)"
    }

    /// Whether the file is the complete blob.
    private func holds(_ digest: Digest) -> Bool {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        let verifier = DigestVerifier(expecting: digest)
        while verifier.byteCount < length {
            let count = pread(lock.fd, buffer.baseAddress, buffer.count, Int(verifier.byteCount))
            guard count > 0 else { return false }
            verifier.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        return (try? verifier.verify()) != nil
    }

    /// Reads what an earlier process kept; returns 0 beyond that.
    func replay(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        guard offset < length else { return 0 }
        let wanted = Int(min(Int64(buffer.count), length - offset))
        let count = pread(lock.fd, buffer.baseAddress, wanted, Int(offset))
        guard count > 0 else {
            throw RegistryError(.invalid, "\(path): \(count == 0 ? "shorter than before" : errorText())")
        }
        return count
    }

    /// Stores bytes that have just arrived.
    func append(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {
        switch budget?.arrived(bytes.count) ?? .goOn {
        case .goOn: break
        case .stop: isWriting = false
        case .discard:
            if isWriting || position > 0 { discard() }
            isWriting = false
        }
        guard isWriting, offset == position else { return }
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = pwrite(lock.fd, rest.baseAddress, rest.count, Int(position))
            if count <= 0 {
                // What the file already holds is valid.
                isWriting = false
                return
            }
            written += count
            position += Int64(count)
        }
    }

    /// The blob has been read completely; it is kept until the image has been stored.
    func complete() {
        isWriting = false
        budget?.completed(self)
    }

    /// Discards all content.
    func discard() {
        _ = ftruncate(lock.fd, 0)
        length = 0
        position = 0
    }

    /// Removes the file, after the blob has been stored.
    func remove() {
        isWriting = false
        _ = unlink(path)
    }

    /// Removes a blob's journal unless it is in use.
    static func remove(_ digest: Digest, in directory: String) {
        let path = path(of: digest, in: directory)
        guard Files.exists(path), let lock = try? FileLock(opening: path), (try? lock.tryLockExclusive()) == true
        else { return }
        _ = unlink(path)
    }

    /// Removes abandoned journals.
    static func sweep(_ directory: String) {
        StateDirectory.sweep(directory, lifetime: lifetime)
    }

    private func errorText() -> String { String(cString: strerror(errno)) }
}
