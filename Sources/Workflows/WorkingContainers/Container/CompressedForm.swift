import ContainerStore
import ContentDigest
import ImageModel
import StreamCompression

/// A layer of the store in the form that a registry would get: the store keeps the files, the manifest lists the form.
package struct CompressedForm: Sendable {
    let digest: Digest
    let size: Int64
    let compression: LayerCompression

    func describing(_ plain: Descriptor) throws -> Descriptor {
        guard let type = plain.mediaType.withLayerCompression(compression) else {
            throw WorkingContainerError(
                .unsupported, "layers of type \(plain.mediaType) cannot be compressed with \(compression.rawValue)")
        }
        return Descriptor(mediaType: type, digest: digest, size: size)
    }
}

extension ImageDraft {
    /// Measures the compressed forms of the layers above the first `count` ones.
    mutating func compressLayers(
        above count: Int, _ compression: LayerCompression, level: Int?, in store: ContainerStore
    ) throws {
        guard let topLayer, let stream = Compression(rawValue: compression.rawValue) else { return }
        let chain = try store.layerChain(topLayer).reversed()
        for (record, layer) in zip(chain, layers).dropFirst(count) {
            guard let archive = try store.tarStream(of: record.id) else {
                throw WorkingContainerError(.notFound, "layer \(record.id) cannot be reassembled")
            }
            let hash = HashingSink()
            let sink = try CompressingSink(hash, stream, level: level)
            try archive.copy(to: sink, bufferSize: 1 << 20)
            try sink.finish()
            compressed[layer.diffID] = CompressedForm(
                digest: hash.hash.finalize(), size: hash.count, compression: compression)
        }
    }
}

private final class HashingSink: ByteSink {
    let hash = SHA256Stream()
    private(set) var count: Int64 = 0

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        hash.update(bytes)
        count += Int64(bytes.count)
    }

    func finish() throws {}
}
