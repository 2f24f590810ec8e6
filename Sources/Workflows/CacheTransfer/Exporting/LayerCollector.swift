import ContentDigest
import ImageModel
import ImageTransports
import StreamCompression
import Synchronization

/// Receives an image and passes only its layers on to a destination.
final class LayerCollector: ImageDestination {
    private let destination: any ImageDestination
    private let config: Digest
    private let written = Mutex<RawManifest?>(nil)

    /// - Parameter config: the configuration, which is not written.
    init(for destination: any ImageDestination, config: Digest) {
        self.destination = destination
        self.config = config
    }

    /// The manifest with the layers as they are at the destination.
    var manifest: RawManifest? { written.withLock { $0 } }

    var description: String { destination.description }
    var acceptedManifestTypes: [MediaType] { [.ociManifest] }
    var preferredLayerCompression: LayerCompressionPreference { .compress }

    func hasBlob(_ blob: Descriptor) throws -> Bool { try destination.hasBlob(blob) }

    func reuseBlob(_ blob: Descriptor, from origins: [String]) throws -> Bool {
        try blob.digest == config || destination.reuseBlob(blob, from: origins)
    }

    func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        try destination.putBlob(from: source, expected: expected)
    }

    func putBlob(_ offer: BlobOffer) throws -> (digest: Digest, size: Int64) { try destination.putBlob(offer) }

    func putManifest(_ manifest: RawManifest, instance: Digest?) throws { written.withLock { $0 = manifest } }

    func commit() throws {}
}
