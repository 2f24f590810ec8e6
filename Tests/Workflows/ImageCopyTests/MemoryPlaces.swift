import ContentDigest
import ImageModel
import ImageTransports
import StreamCompression
import Synchronization

/// An image in memory.
final class MemoryImage: ImageSource {
    let description = "memory:source"
    let raw: RawManifest
    let blobs: [Digest: [UInt8]]
    /// The layers in readable form, if that differs from the manifest.
    var readable: [Descriptor]?

    init(_ raw: RawManifest, blobs: [[UInt8]]) {
        self.raw = raw
        self.blobs = Dictionary(blobs.map { (Digest.sha256(of: $0), $0) }) { first, _ in first }
    }

    func manifest(_ instance: Digest?) throws -> RawManifest { raw }

    func readableLayers(of manifest: Manifest) throws -> [Descriptor]? { readable }

    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        guard let bytes = blobs[blob.digest] else {
            throw TransportError(.notFound, "blob \(blob.digest) is missing", at: description)
        }
        return (MemorySource(bytes), Int64(bytes.count))
    }
}

/// Stores what is written to it.
final class MemoryDestination: ImageDestination {
    let acceptedManifestTypes: [MediaType]
    let preferredLayerCompression: LayerCompressionPreference
    let description = "memory:destination"
    private let state = Mutex(State())

    struct State {
        var blobs: [Digest: [UInt8]] = [:]
        var writes: [Digest] = []
        var manifest: RawManifest?
        /// The manifests of an index.
        var instances: [Digest: RawManifest] = [:]
        var isCommitted = false
    }

    init(accepting types: [MediaType] = [], preferring preference: LayerCompressionPreference = .preserve) {
        acceptedManifestTypes = types
        preferredLayerCompression = preference
    }

    var content: State { state.withLock { $0 } }

    func hasBlob(_ blob: Descriptor) throws -> Bool { state.withLock { $0.blobs[blob.digest] != nil } }

    func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        let bytes = try source.readAll(limit: 1 << 24)
        let digest = Digest.sha256(of: bytes)
        if let expected, expected.digest != digest { throw TransportError(.mismatch, "not \(expected.digest)") }
        state.withLock {
            $0.blobs[digest] = bytes
            $0.writes.append(digest)
        }
        return (digest, Int64(bytes.count))
    }

    func putManifest(_ manifest: RawManifest, instance: Digest?) throws {
        state.withLock {
            if let instance { $0.instances[instance] = manifest } else { $0.manifest = manifest }
        }
    }

    func commit() throws {
        state.withLock { $0.isCommitted = true }
    }
}
