package import ContentDigest
package import ImageModel
package import StreamCompression

/// A place to write an image, or a list of images, to: all blobs first, then the manifests, then `commit`.
///
/// Nothing that was there before is lost, and nothing of the new image can be seen, until `commit`. Dropping a
/// destination without it leaves at most unreferenced blobs behind, never half-written ones. Blobs may be asked for and
/// written on several threads at the same time; everything else happens on one.
package protocol ImageDestination: AnyObject {
    /// The types of manifests that can be stored, the preferred one first; empty when every type can.
    var acceptedManifestTypes: [MediaType] { get }
    /// `transport:reference`, for messages.
    var description: String { get }
    /// The name that images here have for registries and signatures; nil: none.
    var reference: ImageReference? { get }
    /// How layers should be compressed here.
    var preferredLayerCompression: LayerCompressionPreference { get }

    /// Whether a layer that says where else it is to be fetched from (`urls`) need not be written.
    var leavesForeignLayersOut: Bool { get }

    /// Whether the blob is there already, with the descriptor's size.
    func hasBlob(_ blob: Descriptor) throws -> Bool

    /// Makes a blob part of the destination without its bytes, where that can be done: it is there already, or the
    /// registry takes it over from another of its repositories.
    ///
    /// - Parameter origins: repositories, as `domain/path`, that are thought to have the blob; those of other
    ///   registries are no use. May be wrong, never an error.
    /// - Returns: whether the blob is there now, so that `putBlob` need not be called.
    func reuseBlob(_ blob: Descriptor, from origins: [String]) throws -> Bool

    /// Stores a blob. With `expected` it must turn out to have that digest and, unless negative, that size; without,
    /// it gets its SHA-256 digest.
    ///
    /// - Throws: ``TransportError`` of kind `mismatch` when it does not; then nothing is stored.
    func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64)

    /// The same for a blob that can be read more than once, where a broken connection needs that.
    func putBlob(_ offer: BlobOffer) throws -> (digest: Digest, size: Int64)

    /// Stores a manifest: the image's own, or, with a digest, one that it lists.
    func putManifest(_ manifest: RawManifest, instance: Digest?) throws

    /// Returns when these signatures, of which there is at least one, have a place here.
    ///
    /// - Throws: with the reason why they have none.
    func checkTakes(_ signatures: [ImageSignature]) throws

    /// Stores the signatures of a manifest that was put here: of the image's own, or, with a digest, of one that it lists.
    /// They take the place of all that were there.
    ///
    /// - Parameter digest: the manifest's.
    func putSignatures(_ signatures: [ImageSignature], of digest: Digest, instance: Digest?) throws

    /// Makes everything visible. Called once, at the end.
    func commit() throws
}

/// How a destination wants layers.
package enum LayerCompressionPreference: Sendable {
    /// As they are.
    case preserve
    /// Compressed.
    case compress
    /// Not compressed.
    case decompress
    /// As they are, but for compression that Docker's formats do not know: then not compressed.
    case preserveGzip
}

extension ImageDestination {
    /// Files have other names.
    package var reference: ImageReference? { nil }

    /// Layers stay as they are unless a destination says otherwise.
    package var preferredLayerCompression: LayerCompressionPreference { .preserve }

    /// Layers with addresses of their own stay where they are.
    package var leavesForeignLayersOut: Bool { true }

    /// Only what is there already can be used again.
    package func reuseBlob(_ blob: Descriptor, from origins: [String]) throws -> Bool {
        try hasBlob(blob)
    }

    /// Most places keep images alone.
    package func checkTakes(_ signatures: [ImageSignature]) throws {
        throw TransportError(.unsupported, "Signatures have no place there")
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
