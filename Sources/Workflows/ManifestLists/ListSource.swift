import ContainerStore
import ContentDigest
import ImageCopy
import ImageModel
import ImageTransports
import StreamCompression
import Synchronization

/// A list of the store as a copy source: its images may be in the store or behind any transport.
final class ListSource: ImageSource {
    private let list: ManifestList
    private let raw: RawManifest
    private let store: ContainerStore
    private let resolve: (String) throws -> any ImageSource
    /// The source of each blob, known once the manifest that lists it has been read.
    private let owners = Mutex([Digest: Owner]())

    /// `@unchecked Sendable`: sources guarantee that blobs may be opened on several threads.
    private struct Owner: @unchecked Sendable {
        let source: any ImageSource
    }

    /// - Parameter resolve: opens the reference of an image that is not in the store.
    init(
        _ list: ManifestList, as raw: RawManifest, in store: ContainerStore,
        resolve: @escaping (String) throws -> any ImageSource
    ) {
        self.list = list
        self.raw = raw
        self.store = store
        self.resolve = resolve
    }

    var description: String { "containers-storage:\(list.names.first ?? list.id)" }

    var origins: [String] {
        list.names.compactMap { try? ImageReference(parsing: $0).name }.filter { !$0.hasPrefix("localhost/") }
    }

    func manifest(_ instance: Digest?) throws -> RawManifest {
        guard let instance else { return raw }
        let source = try self.source(of: instance)
        // The reference may name the image itself, or a list that contains it.
        let named = try source.manifest(nil)
        let manifest = named.digest == instance ? named : try source.manifest(instance)
        guard !manifest.isIndex, !manifest.mediaType.isSchema1 else { return manifest }
        let decoded = try manifest.decodeManifest()
        note([decoded.config] + decoded.layers, source)
        return manifest
    }

    /// Reading its manifest also determines the source of the image's blobs.
    func manifest(listed entry: Descriptor) throws -> RawManifest {
        _ = try entry.embeddedContent()
        return try manifest(entry.digest)
    }

    func signatures(of manifest: RawManifest, instance: Digest?) throws -> [ImageSignature] {
        // The list itself was created here and is not signed.
        guard let instance else { return [] }
        let source = try self.source(of: instance)
        let isNamed = try source.manifest(nil).digest == instance
        return try source.signatures(of: manifest, instance: isNamed ? nil : instance)
    }

    private func source(of instance: Digest) throws -> any ImageSource {
        if let artifact = try ListArtifactSource(instance, list.artifacts) { return artifact }
        if let image = try list.image(instance, in: store) { return StoreSource(image, in: store) }
        guard let place = list.places[instance], StoreReferencePrefix(parsing: place) == nil else {
            throw ManifestListError(.notFound, "\(description): the image \(instance) is not in the store")
        }
        return try resolve(place)
    }

    private func note(_ blobs: [Descriptor], _ source: any ImageSource) {
        let owner = Owner(source: source)
        owners.withLock { owners in
            for blob in blobs { owners[blob.digest] = owner }
        }
    }

    private func owner(of blob: Digest) throws -> any ImageSource {
        guard let owner = owners.withLock({ $0[blob] }) else {
            throw ManifestListError(.notFound, "\(description): no image of the list has the blob \(blob)")
        }
        return owner.source
    }

    func readableLayers(of manifest: Manifest) throws -> [Descriptor]? {
        let source = try owner(of: manifest.config.digest)
        let layers = try source.readableLayers(of: manifest)
        if let layers { note(layers, source) }
        return layers
    }

    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        try owner(of: blob.digest).openBlob(blob)
    }
}
