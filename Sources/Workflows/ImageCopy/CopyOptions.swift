package import ContentDigest
package import ImageEncryption
package import ImageModel

/// Options for copying an image.
package struct CopyOptions: Sendable {
    /// What to copy of an image index.
    package enum Selection: Sendable, Equatable {
        /// The image for this platform.
        case platform(Platform)
        /// The index with all of its images.
        case all
        /// Only the index; its images must already be at the destination.
        case indexOnly
    }

    /// The compression of layers at the destination.
    package enum Layers: Sendable, Equatable {
        /// The destination's preference; with the given settings if it prefers compressed layers.
        case preferred(LayerCompressionSettings?)
        /// Unchanged.
        case unchanged
        /// Compressed: uncompressed layers with the given settings, or gzip. Compressed layers stay unchanged, unless
        /// settings with another algorithm are given.
        case compressed(LayerCompressionSettings?)
        /// Uncompressed.
        case plain
    }

    /// What to copy of an index.
    package var selection: Selection
    /// Whether a single image must be for the selected platform, too.
    package var isPlatformRequired = false
    /// The type of manifest to write; nil: the source's, or the closest that the destination accepts.
    package var format: MediaType?
    /// Whether to fail instead of writing a manifest with another digest.
    package var preservesDigests = false
    /// Whether to drop signatures.
    package var removesSignatures = false
    /// Signs the copied image; nil for no signature.
    package var signer: ImageSigner?
    /// Encrypts layers; nil for none. Layers that are encrypted already stay as they are.
    package var encryption: LayerEncryption?
    /// Decrypts encrypted layers; nil: they stay as they are.
    package var decryption: LayerDecryption?
    /// The compression of layers.
    package var layers: Layers = .preferred(nil)
    /// Whether to compress layers anew that the destination already has in another compression.
    package var forcesCompression = false
    /// Compressions in which the images of an index are copied once more, in addition to `layers`.
    package var additionalCompressions: [LayerCompression] = []
    /// The number of blobs transferred in parallel.
    package var parallelCopies = 6
    /// The name to write into a schema 1 manifest, which contains one.
    package var schema1Name: ImageReference?
    /// Decides whether images may be copied; nil when they come from the store, where they have already been accepted.
    package var admission: PolicyGate?
    /// Receives the digest of the manifest, or of the index, before it is written; a failure leaves it unwritten.
    package var announce: @Sendable (Digest) throws -> Void = { _ in }
    /// Whether statements about an image of an index are changed to be about what it becomes, when it changes.
    package var updatesAttestations = false
    /// Known results of compressing layers.
    package var forms: CompressionResults?

    /// The image for `platform`, unchanged.
    package init(_ selection: Selection = .platform(.host)) {
        self.selection = selection
    }
}
