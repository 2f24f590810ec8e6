import ContainerStore
import ContentDigest
import ImageModel
import ImageTransports
import StreamCompression

/// Layers of a store as the source of a copy: an image with these layers, which need not lie upon each other.
final class StoredLayers: ImageSource {
    let manifest: RawManifest
    private let config: [UInt8]
    private let layers: [LayerRecord]
    private let store: ContainerStore

    /// - Parameters:
    ///   - config: the image's configuration, without its layers.
    ///   - layers: layers of images, base first.
    init(_ layers: [LayerRecord], _ config: ImageConfig = ImageConfig(), in store: ContainerStore) throws {
        self.store = store
        self.layers = layers
        var config = config
        config.rootfs = RootFS(diffIDs: try layers.map(Self.diffID))
        self.config = try config.serialized()
        manifest = try RawManifest(
            encoding: Manifest(
                config: Descriptor(mediaType: .ociConfig, describing: self.config),
                layers: try layers.map(Self.listed)))
    }

    var description: String { "containers-storage:" }

    func manifest(_ instance: Digest?) throws -> RawManifest { manifest }

    func readableLayers(of manifest: Manifest) throws -> [Descriptor]? {
        try layers.map { Descriptor(mediaType: .ociLayer, digest: try Self.diffID($0), size: $0.contentSize) }
    }

    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        if blob.digest == Digest.sha256(of: config) { return (MemorySource(config), Int64(config.count)) }
        guard let layer = layers.first(where: { $0.contentDigest == blob.digest }),
            let archive = try store.tarStream(of: layer.id)
        else { throw CacheTransferError("layer \(blob.digest) cannot be reassembled") }
        return (archive, layer.contentSize < 0 ? nil : layer.contentSize)
    }

    /// The layer as it was received, if that is a form for manifests: the destination may have it.
    private static func listed(_ layer: LayerRecord) throws -> Descriptor {
        let types: [Int64: MediaType] = [2: .ociLayerGzip, 4: .ociLayerZstd]
        guard let type = types[layer.compression], let digest = layer.compressedDigest, layer.compressedSize > 0 else {
            return Descriptor(mediaType: .ociLayer, digest: try diffID(layer), size: layer.contentSize)
        }
        return Descriptor(mediaType: type, digest: digest, size: layer.compressedSize)
    }

    private static func diffID(_ layer: LayerRecord) throws -> Digest {
        guard let digest = layer.contentDigest else {
            throw CacheTransferError("layer \(layer.id) belongs to a container, not to an image")
        }
        return digest
    }
}

/// Why a cache cannot be transferred.
package struct CacheTransferError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
