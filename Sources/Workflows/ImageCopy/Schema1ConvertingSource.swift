import ContentDigest
import ImageModel
package import ImageTransports
import JSONText
import LinuxSystem
import StreamCompression

/// Presents an image with a schema 1 manifest as schema 2. Reads its layers once for what schema 1 does not contain:
/// sizes, and the digests of the uncompressed archives.
final class Schema1ConvertingSource: ImageSource {
    private let upstream: any ImageSource
    private let raw: RawManifest
    private let config: [UInt8]

    init(_ upstream: any ImageSource, _ manifest: RawManifest) throws {
        self.upstream = upstream
        let document = try CopyError.naming("\(upstream.description): manifest \(manifest.digest)") {
            try Schema1Manifest(manifest)
        }
        let kept = document.kept.map(\.blob)
        let lent = SharedSource(upstream)
        let unique = kept.reduce(into: [Digest]()) { if !$0.contains($1) { $0.append($1) } }
        let facts = try WorkerPool.map(unique, threads: 4) { try Self.measure($0, in: lent.source) }
        let byBlob = Dictionary(zip(unique, facts)) { first, _ in first }
        let layers = kept.compactMap { byBlob[$0] }
        config = JSONValue.object(document.configuration(diffIDs: layers.map(\.diffID))).serialized()
        raw = try RawManifest(
            encoding: Manifest(
                mediaType: .dockerManifest, config: Descriptor(mediaType: .dockerConfig, describing: config),
                layers: layers.map(\.descriptor)))
    }

    var description: String { upstream.description }
    var origins: [String] { upstream.origins }

    /// The manifest in schema 2.
    var upgraded: RawManifest { raw }

    func manifest(_ instance: Digest?) throws -> RawManifest { raw }

    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        if blob.digest == Digest.sha256(of: config) { return (MemorySource(config), Int64(config.count)) }
        return try upstream.openBlob(blob)
    }

    private struct Facts: Sendable {
        let descriptor: Descriptor
        let diffID: Digest
    }

    private static func measure(_ blob: Digest, in source: any ImageSource) throws -> Facts {
        let unsized = Descriptor(mediaType: .dockerLayerGzip, digest: blob, size: -1)
        var size: Int64 = 0
        let compressed = ObservedSource(try source.openVerifiedBlob(unsized)) { size += Int64($0.count) }
        let hash = SHA256Stream()
        let compression = try CopyError.naming("layer \(blob)") {
            let archive = try DecompressingSource(compressed, nil)
            try ObservedSource(archive) { hash.update($0) }.drain()
            return archive.compression
        }
        try compressed.drain()
        var descriptor = unsized
        descriptor.size = size
        if compression == .none { descriptor.mediaType = .dockerLayer }
        return Facts(descriptor: descriptor, diffID: hash.finalize())
    }
}

/// Shares a source with worker threads. `@unchecked Sendable`: `ImageSource` guarantees that blobs may be opened and
/// read on several threads concurrently, and nothing else of it is used there.
package struct SharedSource: @unchecked Sendable {
    package let source: any ImageSource

    package init(_ source: any ImageSource) {
        self.source = source
    }
}
