import ContainerStore
import ContentDigest
import ImageEncryption
import ImageModel

/// The encrypted layers of an image that is being pulled, all of whose keys have been found.
struct EncryptedLayers {
    /// The ciphers, by position.
    let ciphers: [Int: LayerCipher]

    var isEmpty: Bool { ciphers.isEmpty }

    /// - Throws: ``CopyError`` when a layer is encrypted and no key fits, before anything is fetched or taken from the
    ///   store: who has no key gets no layer, even if it is there.
    init(_ manifest: Manifest, _ config: ImageConfig, _ decryption: LayerDecryption?, _ source: String) throws {
        var ciphers: [Int: LayerCipher] = [:]
        for (place, layer) in manifest.layers.enumerated() where layer.mediaType.isEncrypted {
            guard let decryption else {
                throw CopyError(
                    .unsupported,
                    "\(source): layer \(layer.digest) is encrypted and does not match config's DiffID "
                        + "\(config.rootfs.diffIDs[place]) as it is: use --decryption-key")
            }
            ciphers[place] = try LayerSecrecyPlan.cipher(of: layer, decryption)
        }
        self.ciphers = ciphers
    }

    /// The manifest of the decrypted image, whose layers are in the store.
    func decrypted(_ manifest: Manifest, as records: [LayerRecord], in store: ContainerStore) throws -> Manifest {
        var result = manifest
        for place in ciphers.keys {
            let record = records[place]
            var layer = LayerSecrecyPlan.plain(manifest.layers[place])
            // A layer that was here before may have come in another compression, or uncompressed.
            let types: [Int64: LayerCompression] = [0: .none, 2: .gzip, 4: .zstd]
            if let digest = record.compressedDigest, record.compressedSize > 0, let known = types[record.compression] {
                (layer.digest, layer.size) = (digest, record.compressedSize)
                layer.mediaType = layer.mediaType.withLayerCompression(known) ?? layer.mediaType
            } else if let digest = record.contentDigest, record.contentSize >= 0 {
                (layer.digest, layer.size) = (digest, record.contentSize)
                layer.mediaType = layer.mediaType.withLayerCompression(.none) ?? layer.mediaType
            } else {
                throw CopyError(.notFound, "layer \(record.id) of the store has no known digest and size")
            }
            (layer.data, layer.urls) = (nil, nil)
            result.layers[place] = layer
        }
        return result
    }
}
