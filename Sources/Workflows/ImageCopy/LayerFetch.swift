package import ContainerStore
package import ContentDigest
package import ImageEncryption
import ImageLayers
package import ImageModel
package import ImageTransports
package import ProgressEvents
import StreamCompression

/// Fetches layers from a source into staging directories of a store.
package struct LayerFetch: Sendable {
    private let store: ContainerStore
    private let report: ProgressHandler

    package init(into store: ContainerStore, report: @escaping ProgressHandler) {
        self.store = store
        self.report = report
    }

    /// Fetches one layer into a staging directory and verifies its digest and diff ID.
    ///
    /// - Parameters:
    ///   - size: the size of the uncompressed archive, which must not be longer; nil if it is not known.
    ///   - cipher: decrypts the blob; nil if it is not encrypted.
    ///   - isAlone: whether there are more processors than layers being transferred.
    /// - Throws: `TransportError` or ``CopyError`` naming the layer if it is not the promised one.
    package func apply(
        _ blob: Descriptor, diffID: Digest, size: Int64? = nil, cipher: LayerCipher? = nil,
        from source: any ImageSource, upon parent: String?, isAlone: Bool = true
    ) throws -> LayerRegistration {
        report(.blobStarted(digest: blob.digest.description, kind: .layer, size: blob.size))
        let staging = try store.newStagingLayer(parent: parent)
        let applier = try store.applier(for: staging)
        let received = CountedSource(try source.openVerifiedBlob(blob), digest: blob.digest, report)
        let plaintext = cipher.map { _ in SHA256Stream() }
        var compressed: any ByteSource = received
        if let cipher, let plaintext {
            compressed = ObservedSource(cipher.decrypting(received)) { plaintext.update($0) }
        }
        let archive = try CopyError.naming("layer \(blob.digest)") { try DecompressingSource(compressed, nil) }
        let whole = DrainingSource(archive, of: compressed)
        let bounded = size.map { LimitedSource(whole, limit: $0) }
        let facts = try CopyError.naming("layer \(blob.digest)") {
            try staging.recordingTarSplit { tarSplit in
                // If there are idle processors, fetching and decompressing overlap with writing files.
                let input: any ByteSource = bounded ?? whole
                return try applier.apply(
                    isAlone ? ThreadedSource.ahead(of: input) : input, tarSplit: tarSplit, isAlone: isAlone)
            }
        }
        guard facts.diffID == diffID else {
            throw CopyError(
                .mismatch, "layer \(blob.digest): the uncompressed layer is \(facts.diffID), not \(diffID)")
        }
        report(.blobDone(digest: blob.digest.description, kind: .layer, outcome: .copied))
        var registration = LayerRegistration(
            staging: staging, diffID: facts.diffID, diffSize: facts.size, tarSplit: .inStagedFile, uids: facts.uids,
            gids: facts.gids,
            compressed: LayerRegistration.CompressedArchive(
                digest: plaintext?.finalize() ?? blob.digest, size: plaintext?.byteCount ?? blob.size,
                compression: code(of: archive.compression)))
        registration.settlement = applier.settlement
        return registration
    }

    private func code(of compression: Compression) -> Int64 {
        switch compression {
        case .none: 0
        case .bzip2: 1
        case .gzip: 2
        case .xz: 3
        case .zstd: 4
        }
    }
}

/// Reports the end of the decompressed data only after the compressed blob has been read to its own end: the blob's
/// digest also covers the bytes after the compressed stream.
private final class DrainingSource: ByteSource {
    private let archive: any ByteSource
    private let compressed: any ByteSource

    init(_ archive: any ByteSource, of compressed: any ByteSource) {
        self.archive = archive
        self.compressed = compressed
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try archive.read(into: buffer)
        if count == 0 { try compressed.drain() }
        return count
    }
}
