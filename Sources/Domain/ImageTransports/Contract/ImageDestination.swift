package import ContentDigest
package import ImageModel
package import StreamCompression

/// A destination for an image or an image index: first all blobs, then the manifests, then `commit`.
///
/// Until `commit`, existing images stay intact and the new one is not visible. Dropping a destination without it leaves
/// at most unreferenced blobs behind, never half-written ones. Blobs may be queried and written on several threads
/// concurrently; everything else happens on one.
package protocol ImageDestination: AnyObject {
    /// The types of manifests that can be stored, preferred one first; empty when every type can.
    var acceptedManifestTypes: [MediaType] { get }
    /// `transport:reference`, for messages.
    var description: String { get }
    /// The image's name for registries and signatures; nil if it has none.
    var reference: ImageReference? { get }
    /// The preferred compression of layers.
    var preferredLayerCompression: LayerCompressionPreference { get }

    /// Whether layers with alternative download locations (`urls`) need not be written.
    var leavesForeignLayersOut: Bool { get }

    /// Whether the blob already exists with the descriptor's size.
    func hasBlob(_ blob: Descriptor) throws -> Bool

    /// Adds a blob to the destination without transferring it, if possible: it already exists, or the registry mounts
    /// it from another of its repositories.
    ///
    /// - Parameter origins: repositories, as `domain/path`, that may have the blob; useless on other registries.
    ///   May be wrong, which is not an error.
    /// - Returns: whether the blob exists now, so that `putBlob` need not be called.
    func reuseBlob(_ blob: Descriptor, from origins: [String]) throws -> Bool

    /// Stores a blob. With `expected` it must have that digest and, unless negative, that size; without, it gets its
    /// SHA-256 digest.
    ///
    /// - Throws: ``TransportError`` of kind `mismatch` when it does not; then nothing is stored.
    func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64)

    /// The same for a blob that can be read more than once, as retrying after a broken connection requires.
    func putBlob(_ offer: BlobOffer) throws -> (digest: Digest, size: Int64)

    /// Stores a manifest: the image's own, or, with a digest, one listed in the index.
    func putManifest(_ manifest: RawManifest, instance: Digest?) throws

    /// Checks that these signatures, of which there is at least one, can be stored here.
    ///
    /// - Throws: the reason why they cannot.
    func checkTakes(_ signatures: [ImageSignature]) throws

    /// Stores the signatures of a manifest that was put here: the image's own, or, with a digest, one listed in the
    /// index. They replace all existing ones.
    ///
    /// - Parameter digest: the manifest's.
    func putSignatures(_ signatures: [ImageSignature], of digest: Digest, instance: Digest?) throws

    /// Makes everything visible. Called once, at the end.
    func commit() throws
}

/// A destination's preference for layer compression.
package enum LayerCompressionPreference: Sendable {
    /// Unchanged.
    case preserve
    /// Compressed.
    case compress
    /// Uncompressed.
    case decompress
    /// Unchanged, but uncompressed if Docker's formats do not support the compression.
    case preserveGzip
}

extension ImageDestination {
    /// Files have no such names.
    package var reference: ImageReference? { nil }

    /// Layers stay unchanged by default.
    package var preferredLayerCompression: LayerCompressionPreference { .preserve }

    /// Layers with their own URLs are not copied by default.
    package var leavesForeignLayersOut: Bool { true }

    /// By default only existing blobs are reused.
    package func reuseBlob(_ blob: Descriptor, from origins: [String]) throws -> Bool {
        try hasBlob(blob)
    }

    /// Most destinations cannot store signatures.
    package func checkTakes(_ signatures: [ImageSignature]) throws {
        throw TransportError(.unsupported, "Signatures cannot be stored there")
    }

    package func putSignatures(_ signatures: [ImageSignature], of digest: Digest, instance: Digest?) throws {
        try checkTakes(signatures)
    }

    /// Files are written in one attempt.
    package func putBlob(_ offer: BlobOffer) throws -> (digest: Digest, size: Int64) {
        try putBlob(from: offer.open(), expected: offer.expected)
    }

    /// Stores a small blob and returns its descriptor.
    @discardableResult
    package func putBlob(_ bytes: [UInt8], mediaType: MediaType) throws -> Descriptor {
        let descriptor = Descriptor(mediaType: mediaType, describing: bytes)
        _ = try putBlob(from: MemorySource(bytes), expected: descriptor)
        return descriptor
    }
}
