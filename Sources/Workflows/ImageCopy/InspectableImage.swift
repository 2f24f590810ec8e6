package import ContainerStore
package import ContentDigest
import ImageLayers
package import ImageModel
package import ImageTransports
import StreamCompression

/// An image or an image index to inspect without copying it, in the store or behind a transport.
package struct InspectableImage {
    private enum Place {
        case store(ContainerStore, ImageRecord)
        case source(any ImageSource)
    }

    private let place: Place
    /// Its name, for messages and titles.
    package let name: String

    /// An image in the store.
    package init(_ record: ImageRecord, name: String, in store: ContainerStore) {
        place = .store(store, record)
        self.name = name
    }

    /// An image behind a transport.
    package init(_ source: any ImageSource) {
        place = .source(source)
        name = source.description
    }

    /// The manifest or index that the name refers to, or, with a digest, a manifest listed in the index.
    ///
    /// - Returns: nil for a missing listed manifest: the store and other sources may have only some of an index.
    package func manifest(_ instance: Digest? = nil) throws -> RawManifest? {
        switch place {
        case .store(let store, let record):
            if let manifest = try store.manifest(of: record, instance: instance) { return manifest }
            guard let instance else { throw CopyError(.notFound, "image \(record.id) has no manifest") }
            let other = try store.images(withDigest: instance).first { $0.id != record.id }
            return try other.flatMap { try store.manifest(of: $0, instance: instance) }
        case .source(let source):
            do {
                return try source.manifest(instance)
            } catch let error as TransportError where error.kind == .notFound && instance != nil {
                return nil
            }
        }
    }

    /// The referrers of a manifest, if the source keeps track of them.
    package func referrers(of manifest: Digest) throws -> [Descriptor] {
        if case .source(let source) = place { try source.referrers(of: manifest) } else { [] }
    }

    /// The verified configuration of a manifest; nil when missing, as in a partial index.
    package func configuration(of manifest: Manifest) throws -> ImageConfig? {
        switch place {
        case .store(let store, let record):
            let digest = manifest.config.digest
            let bytes =
                try store.configuration(digest, of: record)
                ?? store.image(digest.hex).flatMap { try store.configuration(digest, of: $0) }
            return try bytes.map { try ImageConfig(parsing: $0) }
        case .source(let source):
            return try ImageConfig(parsing: source.readBlob(manifest.config))
        }
    }

    /// The content of the layer at `index`, its digests verified; nil when the store cannot reassemble its archive.
    package func contents(ofLayer index: Int, of manifest: Manifest, _ config: ImageConfig) throws -> LayerContents? {
        guard manifest.layers.indices.contains(index), config.rootfs.diffIDs.indices.contains(index) else { return nil }
        let diffID = config.rootfs.diffIDs[index]
        switch place {
        case .store(let store, _):
            let parent = config.rootfs.diffIDs.prefix(index).reduce(nil as String?) {
                LayerRecord.identifier(parent: $0, diffID: $1)
            }
            let id = LayerRecord.identifier(parent: parent, diffID: diffID)
            guard try store.layer(id) != nil, let archive = try store.tarStream(of: id) else { return nil }
            return try LayerScanner.contents(of: archive)
        case .source(let source):
            let blob = manifest.layers[index]
            let compressed = try source.openVerifiedBlob(blob)
            let stream = SHA256Stream()
            let archive = ObservedSource(try DecompressingSource(compressed, nil)) { stream.update($0) }
            let contents: LayerContents
            do {
                contents = try LayerScanner.contents(of: archive)
                _ = try archive.drain()
                _ = try compressed.drain()
            } catch let error as TransportError {
                throw error
            } catch {
                throw CopyError(.malformed, "\(name): layer \(blob.digest): \(error)")
            }
            let found = stream.finalize()
            guard found == diffID || diffID.algorithm != .sha256 else {
                throw CopyError(
                    .mismatch, "\(name): layer \(blob.digest): the uncompressed layer is \(found), not \(diffID)")
            }
            return contents
        }
    }
}
