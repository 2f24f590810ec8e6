package import ContainerStore
package import ContentDigest
package import ImageModel
import ImageTransports
package import StreamCompression

/// `containers-storage:`, an image of the store, or an index with the images that are present.
///
/// Layers are provided as the uncompressed archives identified by their diff IDs; the manifest may list them
/// compressed.
package final class StoreSource: ImageSource {
    private let store: ContainerStore
    private let image: ImageRecord
    /// The image's name in messages.
    private let name: String
    private let reference: ImageReference?

    /// An image that was looked up.
    ///
    /// - Parameter reference: the name that was looked up; nil: an id.
    package init(_ image: ImageRecord, in store: ContainerStore, as reference: ImageReference? = nil) {
        self.store = store
        self.image = image
        self.reference = reference
        name = image.names.first ?? image.id
    }

    package var description: String { "containers-storage:\(name)" }

    package var origin: ImageOrigin {
        .store(
            driver: store.driver.name, graphRoot: store.layout.graphRoot, reference: reference, id: image.id)
    }

    package var origins: [String] {
        image.names.compactMap { try? ImageReference(parsing: $0).name }.filter { !$0.hasPrefix("localhost/") }
    }

    package func manifest(_ instance: Digest?) throws -> RawManifest {
        guard let instance else {
            return try store.manifest(of: image) ?? missing("the image has no manifest")
        }
        for candidate in [image] + (try store.images(withDigest: instance)) {
            for key in [instance, nil] {
                if let raw = try store.manifest(of: candidate, instance: key), raw.digest == instance { return raw }
            }
        }
        return try missing("the image \(instance) of the list is not in the store")
    }

    private func missing<Result>(_ what: String) throws -> Result {
        throw CopyError(.notFound, "\(description): \(what)")
    }

    package func signatures(of manifest: RawManifest, instance: Digest?) throws -> [ImageSignature] {
        // An image listed in an index may have its own record here.
        let others = instance == nil ? [] : try store.images(withDigest: manifest.digest).filter { $0.id != image.id }
        for candidate in [image] + others {
            let blobs = try store.signatures(of: candidate, manifest: manifest.digest)
            if !blobs.isEmpty { return try blobs.map { try ImageSignature(blob: $0) } }
        }
        return []
    }

    package func readableLayers(of manifest: Manifest) throws -> [Descriptor]? {
        let image = try record(of: manifest)
        let chain = try image.topLayer.map { try store.layerChain($0).reversed() } ?? []
        guard chain.count == manifest.layers.count else {
            throw CopyError(
                .mismatch,
                "image \(image.id) has \(chain.count) layers in the store, \(manifest.layers.count) in its manifest")
        }
        return try zip(chain, manifest.layers).map { record, listed in
            guard let diffID = record.contentDigest else {
                throw CopyError(.unsupported, "layer \(record.id) belongs to a container, not to an image")
            }
            var plain = Descriptor(
                mediaType: listed.mediaType.withLayerCompression(.none) ?? .ociLayer, digest: diffID,
                size: record.contentSize)
            plain.annotations = listed.annotations
            plain.extra = listed.extra
            return plain
        }
    }

    /// The image that a manifest of this source describes: its id is the digest of the configuration.
    private func record(of manifest: Manifest) throws -> ImageRecord {
        if try store.configuration(manifest.config.digest, of: image) != nil { return image }
        return try store.image(manifest.config.digest.hex)
            ?? missing("the image of the configuration \(manifest.config.digest) is not in the store")
    }

    package func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        for id in [image.id, blob.digest.hex] {
            if let bytes = try? store.bigData(image: id, blob.digest.description) {
                return (MemorySource(bytes), Int64(bytes.count))
            }
        }
        guard let layer = try store.layers().first(where: { $0.contentDigest == blob.digest }) else {
            return try missing("no blob \(blob.digest)")
        }
        guard let archive = try store.tarStream(of: layer.id) else {
            throw CopyError(.notFound, "layer \(layer.id) cannot be reassembled: its tar-split record is missing")
        }
        return (archive, layer.contentSize < 0 ? nil : layer.contentSize)
    }
}
