import ContentDigest
import Glibc
import ImageModel
import LinuxSystem
import StreamCompression

/// Fills a new file that has no name until it is complete: nothing is left behind on failure.
///
/// Where the file system has no unnamed files, a hidden temporary name is used, which dropping this removes. A large
/// blob from a remote source has a hidden name of its own, and partial data stays for the next attempt.
final class BlobWriter {
    private let directory: OwnedFD
    private let file: OwnedFD
    private let place: String
    private var temporaryName: String?
    private(set) var byteCount: Int64 = 0
    /// Whether a partial blob is worth keeping.
    private var isPartial = false

    /// Resumes an earlier attempt at the blob, if there can be one.
    convenience init(of offer: BlobOffer, in path: String) throws(TransportError) {
        if let partial = PartialBlob.open(for: offer, in: path),
            let directory = try? OwnedFD.open(path, O_RDONLY | O_DIRECTORY)
        {
            self.init(partial, directory, place: path)
        } else {
            try self.init(in: path)
        }
    }

    private init(_ partial: consuming PartialBlob, _ directory: consuming OwnedFD, place: String) {
        self.place = place
        self.directory = directory
        temporaryName = partial.name
        byteCount = partial.length
        isPartial = true
        file = partial.takeFile()
    }

    init(in path: String) throws(TransportError) {
        place = path
        do throws(LinuxError) {
            directory = try OwnedFD.open(path, O_RDONLY | O_DIRECTORY)
            if let unnamed = try? OwnedFD.open(path, O_WRONLY | Self.unnamedFile, mode: 0o644) {
                file = unnamed
            } else {
                let name = ".tmp-blob-\(RandomBytes.hex(8))"
                file = try OwnedFD.open(at: directory.raw, name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
                temporaryName = name
            }
        } catch {
            throw TransportError(.system, error.description, at: path, cause: error)
        }
    }

    deinit {
        // Smaller parts are not worth a file.
        if isPartial, byteCount >= PartialBlob.minimumSize { return }
        if let temporaryName { unlinkat(directory.raw, temporaryName, 0) }
    }

    /// `O_TMPFILE`, which C defines by an expression that Swift does not import.
    static let unnamedFile = 0o20000000 | O_DIRECTORY

    func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) {
        do {
            try file.writeAll(bytes)
        } catch {
            // Free the space when the disk is full.
            isPartial = false
            throw TransportError(.system, error.description, at: place, cause: error)
        }
        byteCount += Int64(bytes.count)
    }

    /// Gives the file its name, `name` in `target`, atomically. An existing file of the same size is kept; any other is
    /// replaced.
    func publish(in target: borrowing OwnedFD, as name: String, synchronize: Bool) throws(TransportError) {
        isPartial = false
        do throws(LinuxError) {
            if synchronize { try file.synchronize() }
            if try Files.statusIfPresent(at: target.raw, name).map({ $0.kind == .regular && $0.size == byteCount })
                ?? false
            {
                return
            }
            let staged = temporaryName ?? ".tmp-blob-\(RandomBytes.hex(8))"
            if temporaryName == nil { try link(as: staged) }
            temporaryName = staged
            try Files.rename(at: directory.raw, staged, to: target.raw, name)
            temporaryName = nil
        } catch {
            throw TransportError(.system, error.description, at: "\(place)/\(name)", cause: error)
        }
    }

    private func link(as name: String) throws(LinuxError) {
        let path = "/proc/self/fd/\(file.raw)"
        guard linkat(AT_FDCWD, path, directory.raw, name, AT_SYMLINK_FOLLOW) == 0 else {
            throw LinuxError("link", name, code: errno)
        }
    }
}

extension BlobWriter {
    /// Copies the blob into the file, verifying or computing its digest.
    func fill(from offer: BlobOffer, place: String) throws -> Digest {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        let kept = byteCount
        do {
            return try fill(from: offer, buffer, place: place)
        } catch let error as TransportError where error.kind == .mismatch {
            try beginAnew()
            guard kept > 0 else { throw error }
            // The partial data was damaged.
            return try fill(from: offer, buffer, place: place)
        }
    }

    private func fill(
        from offer: BlobOffer, _ buffer: UnsafeMutableRawBufferPointer, place: String
    ) throws -> Digest {
        let hasher = BlobHasher(offer.expected)
        try readKept(buffer) { try hasher.update($0, place: place) }
        if byteCount > 0, byteCount == offer.expected?.size { return try hasher.finish(place: place) }
        let source = try byteCount > 0 ? offer.openRest?(byteCount) ?? offer.open() : offer.open()
        while true {
            let count = try source.read(into: buffer)
            if count == 0 { return try hasher.finish(place: place) }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            try hasher.update(bytes, place: place)
            try write(bytes)
        }
    }

    private func readKept(_ buffer: UnsafeMutableRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void)
        throws
    {
        var offset: Int64 = 0
        while offset < byteCount {
            let count = pread(file.raw, buffer.baseAddress, buffer.count, off_t(offset))
            guard count > 0 else { throw TransportError(.system, "cannot read a partial blob", at: place) }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }

    private func beginAnew() throws(TransportError) {
        guard ftruncate(file.raw, 0) == 0, lseek(file.raw, 0, SEEK_SET) == 0 else {
            throw TransportError(.system, String(cString: strerror(errno)), at: place)
        }
        byteCount = 0
    }
}

/// The digest of a streamed blob: verified when one is expected, otherwise computed.
final class BlobHasher {
    private let expected: Descriptor?
    private let verifier: DigestVerifier?
    private let hash = SHA256Stream()

    init(_ expected: Descriptor?) {
        self.expected = expected
        verifier = expected.map { DigestVerifier(expecting: $0.digest) }
    }

    func update(_ bytes: UnsafeRawBufferPointer, place: String) throws(TransportError) {
        guard let verifier, let expected else { return hash.update(bytes) }
        verifier.update(bytes)
        if expected.size >= 0, verifier.byteCount > expected.size { throw BlobCheck.tooLong(expected, place: place) }
    }

    func finish(place: String) throws(TransportError) -> Digest {
        guard let verifier, let expected else { return hash.finalize() }
        try BlobCheck.verify(verifier, against: expected, place: place)
        return expected.digest
    }
}
