import ContentDigest
import ImageModel
import ImageTransports
import StreamCompression

/// The destination of an artifact that is being fetched: the layout is locked only while the artifact gets its name, so
/// that a slow registry stops nobody. What others removed meanwhile is noticed then.
final class ArtifactDestination: ImageDestination {
    /// Somebody removed blobs of the artifact before it had its name: it must be fetched once more.
    struct LostBlob: Error, CustomStringConvertible {
        let digest: Digest
        var description: String { "another process removed the blob \(digest) meanwhile" }
    }

    private let layout: OCILayoutDestination
    private let locked: (() throws -> Void) throws -> Void
    private var blobs: [Descriptor] = []

    /// - Parameter locked: runs its argument while nothing else changes the layout.
    init(_ layout: OCILayoutDestination, locked: @escaping (() throws -> Void) throws -> Void) {
        self.layout = layout
        self.locked = locked
    }

    var acceptedManifestTypes: [MediaType] { layout.acceptedManifestTypes }
    var description: String { layout.description }
    var preferredLayerCompression: LayerCompressionPreference { layout.preferredLayerCompression }

    func hasBlob(_ blob: Descriptor) throws -> Bool { try layout.hasBlob(blob) }

    func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        try layout.putBlob(from: source, expected: expected)
    }

    func putBlob(_ offer: BlobOffer) throws -> (digest: Digest, size: Int64) { try layout.putBlob(offer) }

    func checkTakes(_ signatures: [ImageSignature]) throws { try layout.checkTakes(signatures) }

    func putManifest(_ manifest: RawManifest, instance: Digest?) throws {
        let decoded = try manifest.decodeManifest()
        blobs = [manifest.descriptor, decoded.config] + decoded.layers
        try layout.putManifest(manifest, instance: instance)
    }

    func commit() throws {
        try locked {
            for blob in blobs where try !layout.hasBlob(blob) { throw LostBlob(digest: blob.digest) }
            try layout.commit()
        }
    }
}
