import BuildCaches
package import ContainerStore
import ContentDigest
import Glibc
import ImageLayers
import ImageModel
package import ImageTransports
import LinuxSystem
import StreamCompression

/// Writes a cache mount as an artifact; only chunks that the previous artifact does not have are sent.
package struct MountExport: Sendable {
    /// What was written.
    package struct Summary: Sendable, Equatable {
        /// The size of the archive.
        package var size: Int64 = 0
        /// The number of chunks, and of those that were sent.
        package var chunks = 0
        package var sent = 0
    }

    private let store: ContainerStore
    private let limit: Int64

    /// - Parameter limit: the largest archive, in bytes.
    package init(from store: ContainerStore, limit: Int64) {
        self.store = store
        self.limit = limit
    }

    /// Writes a cache.
    ///
    /// - Parameter previous: the artifact that the destination's name has now, if any.
    /// - Throws: ``CacheTransferError`` if a step is using the cache, if there is none, or if it is too large; then the
    ///   destination's artifact stays as it is.
    package func write(
        _ name: String, id: String, to destination: any ImageDestination, previous: (any ImageSource)?
    ) throws -> Summary {
        let index = CacheMountIndex(store)
        let path = index.path(of: name)
        guard Files.exists(path) else { throw CacheTransferError("there is no cache mount \(id)") }
        let known = previous.flatMap { try? MountImport.read($0, admission: nil) }?.chunks ?? []
        let written = try index.withExclusiveUse(of: name) { () throws -> (MountArtifact, Int) in
            let status = try Files.status(path)
            let sender = ChunkSender(to: destination, known: known, limit: limit)
            _ = try LayerMaker(directory: path, content: .wholeTree(parent: nil), archive: sender.write).make()
            try sender.finish()
            let artifact = MountArtifact(
                id: id, name: name, mode: status.permissions, uid: status.uid, gid: status.gid, size: sender.size,
                chunks: sender.chunks)
            return (artifact, sender.sent)
        }
        guard let (artifact, sent) = written else {
            throw CacheTransferError("the cache mount \(id) is being used")
        }
        let manifest = try artifact.manifest()
        let bytes = artifact.configuration()
        let config = Descriptor(mediaType: MountArtifact.configType, describing: bytes)
        if try !destination.reuseBlob(config, from: []) {
            _ = try destination.putBlob(from: MemorySource(bytes), expected: config)
        }
        try destination.putManifest(manifest, instance: nil)
        try destination.commit()
        return Summary(size: artifact.size, chunks: artifact.chunks.count, sent: sent)
    }
}

/// Divides an archive into chunks and sends those that are new.
private final class ChunkSender {
    private let destination: any ImageDestination
    private let limit: Int64
    private var known: [Digest: Descriptor]
    private var chunker = ContentChunker()
    private(set) var chunks: [MountArtifact.Chunk] = []
    private(set) var size: Int64 = 0
    private(set) var sent = 0

    init(to destination: any ImageDestination, known: [MountArtifact.Chunk], limit: Int64) {
        self.destination = destination
        self.limit = limit
        self.known = Dictionary(known.map { ($0.digest, $0.blob) }) { first, _ in first }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        size += Int64(bytes.count)
        guard size <= limit else {
            throw CacheTransferError("the cache mount is larger than the limit of \(limit) bytes")
        }
        try chunker.write(bytes, emit: take)
    }

    func finish() throws { try chunker.finish(emit: take) }

    private func take(_ chunk: [UInt8]) throws {
        let digest = Digest.sha256(of: chunk)
        let blob = try known[digest] ?? send(chunk)
        known[digest] = blob
        chunks.append(MountArtifact.Chunk(digest: digest, blob: blob))
    }

    private func send(_ chunk: [UInt8]) throws -> Descriptor {
        let compressed = MemorySink()
        let sink = try CompressingSink(compressed, .zstd, threads: 1)
        try chunk.withUnsafeBytes { try sink.write($0) }
        try sink.finish()
        let blob = Descriptor(mediaType: MountArtifact.chunkType, describing: compressed.bytes)
        if try !destination.reuseBlob(blob, from: []) {
            let bytes = compressed.bytes
            _ = try destination.putBlob(
                BlobOffer(expected: blob, identity: blob.digest.description) { MemorySource(bytes) })
            sent += 1
        }
        return blob
    }
}
