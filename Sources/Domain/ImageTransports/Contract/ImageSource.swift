package import ContentDigest
package import ImageModel
package import StreamCompression

/// An image, or a list of images, to read from.
package protocol ImageSource: AnyObject {
    /// `transport:reference`, for messages.
    var description: String { get }

    /// The manifest that the reference names, or, with a digest, one that it lists.
    ///
    /// - Throws: ``TransportError``, or `ImageModelError` when the bytes are no manifest. Bytes that do not have the
    ///   digest they are asked for by are never returned.
    func manifest(_ instance: Digest?) throws -> RawManifest

    /// A manifest that an index of this source lists: the one embedded in the index, if there is one.
    ///
    /// - Throws: as ``manifest(_:)``.
    func manifest(listed entry: Descriptor) throws -> RawManifest

    /// The bytes of a config or layer, and how many there are when that is known.
    ///
    /// The bytes are **not** verified against the digest: whoever consumes them does, or uses ``openVerifiedBlob(_:)``.
    /// Blobs may be opened and read on several threads at the same time.
    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?)

    /// The layers of a manifest of this source in the form in which they can be read, one for each of the manifest's;
    /// nil when that is as the manifest says. A store, which keeps layers unpacked, gives plain archives.
    func readableLayers(of manifest: Manifest) throws -> [Descriptor]?

    /// Where the image comes from, as policies see it.
    var origin: ImageOrigin { get }

    /// The signatures that are kept for a manifest of this source, none of them verified: for the one that the reference
    /// names, or, with a digest, for one that it lists.
    func signatures(of manifest: RawManifest, instance: Digest?) throws -> [ImageSignature]

    /// What says that it belongs to a manifest of this source (its `subject`): signatures, bills of materials, and other
    /// artifacts.
    func referrers(of digest: Digest) throws -> [Descriptor]

    /// Repositories of registries, as `domain/path`, that are thought to have this image's blobs.
    var origins: [String] { get }
}

/// A source that is far away, so that what has arrived of a blob is worth keeping.
package protocol RemoteImageSource: ImageSource {
    /// The bytes of a blob from an offset on, not verified.
    func openBlob(_ blob: Descriptor, from offset: Int64) throws -> any ByteSource
}

extension ImageSource {
    /// What is embedded need not be looked for.
    package func manifest(listed entry: Descriptor) throws -> RawManifest {
        guard let embedded = try entry.embeddedContent() else { return try manifest(entry.digest) }
        return try RawManifest(bytes: embedded, declaredType: entry.mediaType)
    }

    /// Most sources keep layers as they came.
    package func readableLayers(of manifest: Manifest) throws -> [Descriptor]? { nil }

    /// A place that has only its transport's default scope.
    package var origin: ImageOrigin { .other(transport: String(description.prefix { $0 != ":" })) }

    /// Most places keep none.
    package func signatures(of manifest: RawManifest, instance: Digest?) throws -> [ImageSignature] { [] }

    /// Only registries keep account of them.
    package func referrers(of digest: Digest) throws -> [Descriptor] { [] }

    /// Files know of no registry.
    package var origins: [String] { [] }

    /// The bytes of a blob, from a source that throws at the end unless size and digest are the descriptor's. What the
    /// descriptor itself has embedded is not fetched.
    package func openVerifiedBlob(_ blob: Descriptor) throws -> any ByteSource {
        if let embedded = try blob.embeddedContent() { return MemorySource(embedded) }
        return VerifiedSource(try openBlob(blob).source, expecting: blob, place: description)
    }

    /// A whole small blob, verified; `tooLarge` when it has more than `limit` bytes.
    package func readBlob(_ blob: Descriptor, limit: Int = ImageLimits.configuration) throws -> [UInt8] {
        guard blob.size <= Int64(limit) else {
            throw TransportError(
                .tooLarge, "blob \(blob.digest) has \(blob.size) bytes, more than \(limit)", at: description)
        }
        return try openVerifiedBlob(blob).readAll(limit: limit)
    }
}

/// How large the parts of an image may be that are read into memory.
package enum ImageLimits {
    /// Manifests, indexes, and the files that list images: 4 MiB.
    package static let manifest = RawManifest.maximumSize
    /// Image configurations: 8 MiB.
    package static let configuration = 8 << 20
}
