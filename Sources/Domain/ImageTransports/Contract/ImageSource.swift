package import ContentDigest
package import ImageModel
package import StreamCompression

/// An image or an image index to read.
package protocol ImageSource: AnyObject {
    /// `transport:reference`, for messages.
    var description: String { get }

    /// The manifest that the reference names, or, with a digest, one listed in the index.
    ///
    /// - Throws: ``TransportError``, or `ImageModelError` when the bytes are not a manifest. Bytes that do not have the
    ///   requested digest are never returned.
    func manifest(_ instance: Digest?) throws -> RawManifest

    /// A manifest listed in an index of this source: the one embedded in the index, if there is one.
    ///
    /// - Throws: as ``manifest(_:)``.
    func manifest(listed entry: Descriptor) throws -> RawManifest

    /// The content of a config or layer, and its size if known.
    ///
    /// The bytes are **not** verified against the digest: the consumer verifies them, or uses ``openVerifiedBlob(_:)``.
    /// Blobs may be opened and read on several threads concurrently.
    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?)

    /// The layers of a manifest of this source in the form in which they can be read, one for each of the manifest's;
    /// nil when that is the form in the manifest. A store, which keeps layers unpacked, provides uncompressed archives.
    func readableLayers(of manifest: Manifest) throws -> [Descriptor]?

    /// Where the image comes from, for trust policies.
    var origin: ImageOrigin { get }

    /// The unverified signatures of a manifest of this source: the one that the reference names, or, with a digest, one
    /// listed in the index.
    func signatures(of manifest: RawManifest, instance: Digest?) throws -> [ImageSignature]

    /// Descriptors of the artifacts whose `subject` is a manifest of this source: signatures, SBOMs and others.
    func referrers(of digest: Digest) throws -> [Descriptor]

    /// Registry repositories, as `domain/path`, that may have this image's blobs.
    var origins: [String] { get }
}

/// A remote source, so that partially transferred blobs are worth keeping.
package protocol RemoteImageSource: ImageSource {
    /// The bytes of a blob from an offset on, not verified.
    func openBlob(_ blob: Descriptor, from offset: Int64) throws -> any ByteSource
}

extension ImageSource {
    /// Embedded manifests need not be fetched.
    package func manifest(listed entry: Descriptor) throws -> RawManifest {
        guard let embedded = try entry.embeddedContent() else { return try manifest(entry.digest) }
        return try RawManifest(bytes: embedded, declaredType: entry.mediaType)
    }

    /// Most sources keep layers as in the manifest.
    package func readableLayers(of manifest: Manifest) throws -> [Descriptor]? { nil }

    /// An origin that has only its transport's default scope.
    package var origin: ImageOrigin { .other(transport: String(description.prefix { $0 != ":" })) }

    /// Most sources have no signatures.
    package func signatures(of manifest: RawManifest, instance: Digest?) throws -> [ImageSignature] { [] }

    /// Only registries keep track of them.
    package func referrers(of digest: Digest) throws -> [Descriptor] { [] }

    /// Files have no associated registry.
    package var origins: [String] { [] }

    /// The bytes of a blob, from a source that throws at the end unless size and digest match the descriptor. Content
    /// embedded in the descriptor is not fetched.
    package func openVerifiedBlob(_ blob: Descriptor) throws -> any ByteSource {
        if let embedded = try blob.embeddedContent() { return MemorySource(embedded) }
        return VerifiedSource(try openBlob(blob).source, expecting: blob, place: description)
    }

    /// A whole small blob, verified; throws `tooLarge` when it has more than `limit` bytes.
    package func readBlob(_ blob: Descriptor, limit: Int = ImageLimits.configuration) throws -> [UInt8] {
        guard blob.size <= Int64(limit) else {
            throw TransportError(
                .tooLarge, "blob \(blob.digest) has \(blob.size) bytes, more than \(limit)", at: description)
        }
        return try openVerifiedBlob(blob).readAll(limit: limit)
    }
}

/// Size limits for the parts of an image that are read into memory.
package enum ImageLimits {
    /// Manifests, indexes, and other files that list images: 4 MiB.
    package static let manifest = RawManifest.maximumSize
    /// Image configurations: 8 MiB.
    package static let configuration = 8 << 20
}
