package import ImageModel

/// How an image is to be copied.
package struct CopyOptions: Sendable {
    /// What is copied of a list of images.
    package enum Selection: Sendable, Equatable {
        /// The image for this platform.
        case platform(Platform)
        /// The list with all of its images.
        case all
        /// The list alone; its images must be there already.
        case indexOnly
    }

    /// How layers are to be compressed at the destination.
    package enum Layers: Sendable, Equatable {
        /// As the destination prefers.
        case preferred
        /// As they are.
        case unchanged
        /// Compressed: plain layers in this way, or gzip. Layers that are compressed stay, unless a way is given and it
        /// is another algorithm's.
        case compressed(LayerCompressionSettings?)
        /// Not compressed.
        case plain
    }

    /// What to copy of a list.
    package var selection: Selection
    /// Whether an image that is no list must be for the selected platform too.
    package var isPlatformRequired = false
    /// The type of manifest to write; nil: the source's, or the nearest that the destination takes.
    package var format: MediaType?
    /// Whether to fail rather than write a manifest with another digest.
    package var preservesDigests = false
    /// Whether signatures are left behind.
    package var removesSignatures = false
    /// Who signs what is written; nil: nobody.
    package var signer: ImageSigner?
    /// How to compress.
    package var layers: Layers = .preferred
    /// How many blobs move at the same time.
    package var parallelCopies = 6
    /// The name that a schema 1 manifest, which holds one, is written with.
    package var schema1Name: ImageReference?
    /// Who decides whether images may be copied; nil: they come from the store, which has let them in.
    package var admission: PolicyGate?
    /// What is known of compressed layers.
    package var forms: CompressionResults?

    /// The image for `platform`, as it is.
    package init(_ selection: Selection = .platform(.host)) {
        self.selection = selection
    }
}
