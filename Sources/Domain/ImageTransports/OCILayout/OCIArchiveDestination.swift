package import ContentDigest
package import ImageModel
package import StreamCompression
import Synchronization

/// `oci-archive:`, writing an OCI image layout with one image into a tar archive, which replaces an existing file at
/// the end, or into a pipe. Blobs are written straight into the archive, one at a time.
package final class OCIArchiveDestination: ImageDestination {
    private let reference: OCILayoutReference
    private let synchronizes: Bool
    private let state: Mutex<State>

    private struct State: ~Copyable {
        let writer: any ArchiveOutput
        var sizes: [Digest: Int64] = [:]
        var image: Descriptor?
    }

    /// Begins the archive under a temporary name in the same directory.
    package init(
        _ reference: OCILayoutReference, synchronizes: Bool = true, temporaryDirectory: String = "/var/tmp"
    ) throws {
        guard reference.index == nil else {
            throw TransportError(
                .invalidReference, "cannot write to an index of a layout: give a name", at: "oci-archive:\(reference)")
        }
        self.reference = reference
        self.synchronizes = synchronizes
        // The lock lets one thread at a time write.
        let output = Transferred(
            try ArchivePlace.open(reference.path, temporaryDirectory: temporaryDirectory))
        let writer = output.value
        try writer.add(LayoutPath.marker, LayoutPath.markerContent)
        // Some readers assign directories that are not listed to root, and then fail without root.
        for directory in ["blobs/", "blobs/sha256/"] { try writer.add(directory, []) }
        state = Mutex(State(writer: writer))
    }

    package var description: String { "oci-archive:\(reference)" }
    package var acceptedManifestTypes: [MediaType] { [.ociManifest, .ociIndex] }
    package var preferredLayerCompression: LayerCompressionPreference { .compress }

    package func hasBlob(_ blob: Descriptor) throws -> Bool {
        state.withLock { $0.sizes[blob.digest].map { $0 == blob.size || blob.size < 0 } ?? false }
    }

    package func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        // The lock serializes blobs of different threads; the source belongs to the thread that holds it.
        let source = Transferred(source)
        return try state.withLock { state in
            let (digest, size) = try state.writer.add(from: source.value, expected: expected) { LayoutPath.blob($0) }
            state.sizes[digest] = size
            return (digest, size)
        }
    }

    package func checkTakes(_ signatures: [ImageSignature]) throws { throw LayoutPath.takesNoSignatures }

    package func putManifest(_ manifest: RawManifest, instance: Digest?) throws {
        guard manifest.mediaType == .ociManifest || manifest.mediaType == .ociIndex else {
            throw TransportError(
                .unsupported, "an OCI layout cannot hold a manifest of type \(manifest.mediaType)", at: description)
        }
        if try !hasBlob(manifest.descriptor) {
            _ = try putBlob(from: MemorySource(manifest.bytes), expected: manifest.descriptor)
        }
        if instance == nil { state.withLock { $0.image = manifest.descriptor } }
    }

    package func commit() throws {
        try state.withLock { state in
            guard let image = state.image else {
                throw TransportError(.notFound, "no manifest was written", at: description)
            }
            var index = LayoutIndexDocument()
            try index.add(image, name: reference.name)
            try state.writer.add(LayoutPath.index, index.bytes)
            try state.writer.finish(synchronize: synchronizes)
        }
    }
}
