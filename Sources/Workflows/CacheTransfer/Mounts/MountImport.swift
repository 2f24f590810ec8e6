package import BuildCaches
package import ContainerStore
import ContentDigest
import Glibc
package import ImageCopy
import ImageLayers
import ImageModel
package import ImageTransports
import LinuxSystem
import StreamCompression

/// Brings a cache mount from an artifact into the store.
package struct MountImport: Sendable {
    private let store: ContainerStore
    private let limit: Int64

    /// - Parameter limit: the largest archive, in bytes.
    package init(into store: ContainerStore, limit: Int64) {
        self.store = store
        self.limit = limit
    }

    /// Reads an artifact's manifest and configuration.
    ///
    /// - Parameter admission: decides whether it is accepted, as for an image.
    package static func read(_ source: any ImageSource, admission: PolicyGate?) throws -> MountArtifact {
        let raw = try source.manifest(nil)
        try admission?.admit(raw, instance: nil, from: source)
        let manifest = try raw.decodeManifest()
        let config = try source.readBlob(
            MountArtifact.configuration(in: manifest), limit: MountArtifact.maximumSize)
        return try MountArtifact(parsing: config, manifest)
    }

    /// Fetches an artifact's files and puts them in the place of the cache.
    ///
    /// - Throws: ``CacheTransferError`` if a step is using the cache, or if a chunk is not the promised one. The cache
    ///   then stays as it is.
    package func bring(_ artifact: MountArtifact, from source: any ImageSource) throws {
        guard artifact.size <= limit else {
            throw CacheTransferError(
                "the cache mount \(artifact.id) has \(artifact.size) bytes, more than the limit of \(limit)")
        }
        let index = CacheMountIndex(store)
        try Files.makeDirectories(store.layout.cacheMounts, mode: 0o700)
        let draft = "\(index.path(of: artifact.name)).\(RandomBytes.hex(8))"
        try Files.makeDirectory(draft, mode: 0o700)
        do {
            let options = ApplyOptions(whiteouts: .literal, ignoreUnmappedOwners: store.isSingleID)
            let archive = LimitedSource(ChunkSource(artifact.chunks, of: source), limit: artifact.size)
            try LayerApplier(directory: draft, options: options).unpack(archive)
            try archive.drain()
            try setAttributes(of: draft, artifact)
            guard try index.replace(artifact.name, with: draft, id: artifact.id) else {
                throw CacheTransferError("the cache mount \(artifact.id) is being used")
            }
        } catch {
            try? Files.removeTree(draft)
            throw error
        }
    }

    private func setAttributes(of path: String, _ artifact: MountArtifact) throws {
        let directory = try OwnedFD.open(path, O_RDONLY | O_DIRECTORY)
        if !store.isSingleID { try Files.changeOwner(fd: directory.raw, uid: artifact.uid, gid: artifact.gid) }
        try Files.changeMode(fd: directory.raw, mode: artifact.mode)
    }
}

/// The archive in an artifact: its chunks one after the other, each verified before any byte of it is used.
private final class ChunkSource: ByteSource {
    private let source: any ImageSource
    private var chunks: ArraySlice<MountArtifact.Chunk>
    private var ready: [UInt8] = []
    private var position = 0

    /// Compressed, a chunk of random bytes is a little larger than the largest chunk.
    private static let largestBlob = ContentChunker.maximumSize + (1 << 20)

    init(_ chunks: [MountArtifact.Chunk], of source: any ImageSource) {
        self.chunks = chunks[...]
        self.source = source
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while position == ready.count {
            guard let next = chunks.popFirst() else { return 0 }
            ready = try content(of: next)
            position = 0
        }
        let count = min(buffer.count, ready.count - position)
        ready.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)]))
        }
        position += count
        return count
    }

    private func content(of chunk: MountArtifact.Chunk) throws -> [UInt8] {
        let compressed = try source.readBlob(chunk.blob, limit: Self.largestBlob)
        let bytes = try DecompressingSource(MemorySource(compressed), .zstd).readAll(limit: ContentChunker.maximumSize)
        guard Digest.sha256(of: bytes) == chunk.digest else {
            throw CacheTransferError("chunk \(chunk.blob.digest) does not contain \(chunk.digest)")
        }
        return bytes
    }
}
