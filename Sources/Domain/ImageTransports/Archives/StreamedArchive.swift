import ContentDigest
import ImageModel
import StreamCompression

/// A tar archive being written one file at a time. Not thread-safe.
protocol ArchiveOutput: AnyObject {
    /// Adds a small file.
    func add(_ name: String, _ bytes: [UInt8]) throws

    /// Adds a symbolic link.
    func addLink(_ name: String, to target: String) throws

    /// Adds a blob under the name that `name` returns for its digest. A blob that fails verification never becomes part
    /// of a finished archive.
    func add(
        from source: any ByteSource, expected: Descriptor?, name: (Digest) -> String
    ) throws -> (digest: Digest, size: Int64)

    /// Completes the archive.
    ///
    /// - Parameter synchronize: whether to sync it to disk, if it is on one.
    func finish(synchronize: Bool) throws
}

extension ArchiveWriter: ArchiveOutput {}

/// Writes a tar archive to a stream that cannot be rewound, such as a connection. Headers contain the file size: blobs
/// of known size and digest are passed through, others go into an unnamed temporary file first.
final class StreamedArchive: ArchiveOutput {
    private let sink: any ByteSink
    private let place: String
    private let temporaryDirectory: String

    /// - Parameters:
    ///   - place: its name in messages.
    ///   - temporaryDirectory: for blobs of unknown size.
    init(to sink: any ByteSink, place: String, temporaryDirectory: String) {
        self.sink = sink
        self.place = place
        self.temporaryDirectory = temporaryDirectory
    }

    func add(_ name: String, _ bytes: [UInt8]) throws {
        try sink.write(ArchiveHeader.bytes(name: name, size: Int64(bytes.count)))
        try sink.write(bytes)
        try pad(Int64(bytes.count))
    }

    func addLink(_ name: String, to target: String) throws {
        try sink.write(ArchiveHeader.bytes(name: name, size: 0, target: target))
    }

    func add(
        from source: any ByteSource, expected: Descriptor?, name: (Digest) -> String
    ) throws -> (digest: Digest, size: Int64) {
        if let expected, expected.size >= 0 {
            try sink.write(ArchiveHeader.bytes(name: name(expected.digest), size: expected.size))
            let count = try VerifiedSource(source, expecting: expected, place: place).copy(
                to: sink, bufferSize: 512 << 10)
            try pad(count)
            return (expected.digest, count)
        }
        let hasher = BlobHasher(expected)
        let place = place
        let hashed = ClosureSource { buffer in
            let count = try source.read(into: buffer)
            try hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]), place: place)
            return count
        }
        let file = try SharedFile(spooling: hashed, in: temporaryDirectory, path: place)
        let digest = try hasher.finish(place: place)
        try sink.write(ArchiveHeader.bytes(name: name(digest), size: file.size))
        try FileRangeSource(file, range: 0..<file.size).copy(to: sink, bufferSize: 512 << 10)
        try pad(file.size)
        return (digest, file.size)
    }

    func finish(synchronize: Bool) throws {
        try sink.write([UInt8](repeating: 0, count: 2 * ArchiveHeader.size))
        try sink.finish()
    }

    private func pad(_ size: Int64) throws {
        try sink.write([UInt8](repeating: 0, count: Int(-size & 511)))
    }
}
