package import ContainerStore
import ContentDigest
package import ImageModel
package import ImageTransports
import JSONText
package import ProgressEvents
import StreamCompression

/// Sends an image of the store to a destination.
package struct ImagePush {
    private let store: ContainerStore
    private let report: ProgressHandler

    package init(from store: ContainerStore, report: @escaping ProgressHandler) {
        self.store = store
        self.report = report
    }

    /// - Returns: the manifest as it was written.
    @discardableResult
    package func push(_ image: ImageRecord, to destination: any ImageDestination) throws -> RawManifest {
        report(.signaturesStarted)
        guard let bytes = try store.bigData(image: image.id, "manifest") else {
            throw CopyError(.notFound, "image \(image.id) has no manifest")
        }
        let raw = try RawManifest(bytes: bytes, declaredType: nil)
        guard !raw.mediaType.isIndex else {
            throw CopyError(
                .unsupported, "\(image.names.first ?? image.id) is a manifest list: push its images instead")
        }
        var manifest = try raw.decodeManifest()
        guard var config = try store.bigData(image: image.id, manifest.config.digest.description) else {
            throw CopyError(.notFound, "image \(image.id) has no configuration \(manifest.config.digest)")
        }
        let layers = try image.topLayer.map { try store.layerChain($0).reversed() } ?? []
        guard layers.count == manifest.layers.count else {
            throw CopyError(
                .mismatch,
                "image \(image.id) has \(layers.count) layers in the store, its manifest \(manifest.layers.count)")
        }
        for (index, layer) in layers.enumerated() {
            manifest.layers[index] = try send(layer, described: manifest.layers[index], to: destination)
        }
        var result = try RawManifest(
            bytes: JSONValueEncoder().encode(manifest).serialized(), declaredType: manifest.mediaType)
        // A manifest that is still the same keeps its bytes, and with them its digest.
        if try raw.decodeManifest() == manifest { result = raw }
        if !destination.acceptedManifestTypes.isEmpty, !destination.acceptedManifestTypes.contains(result.mediaType),
            let type = destination.acceptedManifestTypes.first
        {
            (result, config) = try ManifestConversion.convert(result, config: config, to: type)
        }
        let final = try result.decodeManifest()
        report(.blobStarted(digest: final.config.digest.description, kind: .config, size: final.config.size))
        try destination.putBlob(config, mediaType: final.config.mediaType)
        report(.blobDone(digest: final.config.digest.description, kind: .config, outcome: .copied))
        report(.manifestStarted)
        try destination.putManifest(result, instance: nil)
        try destination.commit()
        return result
    }

    /// Sends one layer as the destination wants it, its diff ID checked on the way.
    private func send(
        _ layer: LayerRecord, described: Descriptor, to destination: any ImageDestination
    ) throws -> Descriptor {
        guard let diffID = layer.diffID else {
            throw CopyError(.unsupported, "layer \(layer.id) belongs to a container, not to an image")
        }
        let compresses = destination.preferredLayerCompression == .compress
        let plain = Descriptor(mediaType: plainType(described.mediaType), digest: diffID, size: layer.diffSize)
        if !compresses, try destination.hasBlob(plain) {
            report(.blobDone(digest: diffID.description, kind: .layer, outcome: .skipped))
            return plain
        }
        if compresses, let known = knownBlob(of: plain), try destination.hasBlob(known) {
            report(.blobDone(digest: known.digest.description, kind: .layer, outcome: .skipped))
            return known
        }
        report(.blobStarted(digest: diffID.description, kind: .layer, size: layer.diffSize))
        guard let archive = try store.tarStream(of: layer.id) else {
            throw CopyError(.notFound, "layer \(layer.id) cannot be written: its tar-split record is missing")
        }
        let stream = SHA256Stream()
        let observed = ObservedSource(archive) { stream.update($0) }
        guard compresses else {
            _ = try destination.putBlob(from: observed, expected: plain)
            report(.blobDone(digest: diffID.description, kind: .layer, outcome: .copied))
            return plain
        }
        let (digest, size) = try destination.putBlob(from: CompressingSource(observed, .gzip), expected: nil)
        guard stream.finalize() == diffID else {
            throw CopyError(.mismatch, "layer \(layer.id): its files in the store are not what \(diffID) stands for")
        }
        report(.blobDone(digest: diffID.description, kind: .layer, outcome: .copied))
        let sent = Descriptor(mediaType: plain.mediaType, digest: digest, size: size).withType(of: plain)
        CompressedBlobIndex(store.layout).record(
            diffID, compression: ImagePush.compression, CompressedBlobIndex.Entry(digest: digest, size: size))
        return sent
    }

    /// How layers are compressed, for the index of results.
    private static let compression = "gzip"

    /// What the layer becomes when it is compressed, if that is known from before.
    private func knownBlob(of plain: Descriptor) -> Descriptor? {
        CompressedBlobIndex(store.layout).lookup(plain.digest, compression: ImagePush.compression).map {
            Descriptor(mediaType: plain.mediaType, digest: $0.digest, size: $0.size).withType(of: plain)
        }
    }

    private func plainType(_ type: MediaType) -> MediaType {
        type.withLayerCompression(.none) ?? .ociLayer
    }
}

extension Descriptor {
    /// The same blob as the gzip form of another descriptor's media type.
    fileprivate func withType(of plain: Descriptor) -> Descriptor {
        var typed = self
        typed.mediaType = plain.mediaType.withLayerCompression(.gzip) ?? .ociLayerGzip
        return typed
    }
}
