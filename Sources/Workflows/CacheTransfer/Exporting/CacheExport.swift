package import BuildCaches
package import ContainerStore
import ContentDigest
package import ImageCopy
import ImageModel
package import ImageTransports
package import ProgressEvents
import StreamCompression

/// Writes the steps that builds have used into a cache.
package struct CacheExport: Sendable {
    /// Which steps are written.
    package enum Mode: String, Sendable {
        /// Those whose layers are in the images that were built.
        case min
        /// All, those of other stages too.
        case max
    }

    /// Which steps are written.
    package var mode = Mode.min
    /// The compression of layers.
    package var layers = CopyOptions.Layers.compressed(nil)
    /// Whether to compress layers anew that exist in another compression.
    package var forcesCompression = false
    /// The form of the manifest.
    package var form = CacheManifest.Form.image

    package init() {}

    /// Writes a cache; blobs that the destination has are not transferred.
    ///
    /// - Parameters:
    ///   - images: the top layers of the images that were built.
    /// - Returns: the number of steps; 0 if there are none to write, and then nothing is written.
    package func write(
        _ steps: [StepCache.UsedStep], images: [String], from store: ContainerStore,
        to destination: any ImageDestination, report: @escaping ProgressHandler
    ) throws -> Int {
        let chosen = try select(steps, images: images, in: store)
        guard !chosen.isEmpty else { return 0 }
        let blobs = try transfer(chosen.compactMap(\.layer), from: store, to: destination, report)
        let table = CacheTable(
            chosen.map { step, layer in
                CachedStep(
                    key: step.key, parent: step.entry.parent,
                    layer: layer.flatMap { layer in
                        blobs[layer.id].map {
                            CachedStep.Layer(
                                diffID: $0.diffID, size: layer.contentSize < 0 ? nil : layer.contentSize, blob: $0.blob)
                        }
                    },
                    created: step.entry.created, note: Self.note(step.entry.note))
            })
        let bytes = table.serialized()
        guard bytes.count <= CacheTable.maximumSize, chosen.count <= CacheTable.maximumCount else {
            throw CacheTransferError("the cache has too many steps: \(chosen.count)")
        }
        let config = Descriptor(mediaType: CacheTable.mediaType, describing: bytes)
        if try !destination.reuseBlob(config, from: []) {
            _ = try destination.putBlob(from: MemorySource(bytes), expected: config)
        }
        try destination.putManifest(CacheManifest.encode(config: config, blobs: table.blobs, form), instance: nil)
        try destination.commit()
        return chosen.count
    }

    /// The steps to write, with their layers; those whose layers are gone are left out.
    private func select(
        _ steps: [StepCache.UsedStep], images: [String], in store: ContainerStore
    ) throws -> [(step: StepCache.UsedStep, layer: LayerRecord?)] {
        var wanted: Set<String> = []
        if mode == .min { for image in images { wanted.formUnion(try store.layerChain(image).map(\.id)) } }
        return try steps.compactMap { step in
            let entry = step.entry
            // A step without changes belongs to what it left unchanged.
            guard mode == .max || (entry.layer ?? entry.parent).map(wanted.contains) ?? true else { return nil }
            guard let id = entry.layer else { return (step, nil) }
            guard let layer = try store.layer(id), layer.contentDigest != nil else { return nil }
            return (step, layer)
        }
    }

    /// Transfers layers.
    ///
    /// - Returns: their blobs at the destination, by their ids.
    private func transfer(
        _ records: [LayerRecord], from store: ContainerStore, to destination: any ImageDestination,
        _ report: @escaping ProgressHandler
    ) throws -> [String: (diffID: Digest, blob: Descriptor)] {
        var seen: Set<String> = []
        let unique = records.filter { seen.insert($0.id).inserted }
        guard !unique.isEmpty else { return [:] }
        let source = try StoredLayers(unique, in: store)
        let collector = LayerCollector(for: destination, config: try source.manifest.decodeManifest().config.digest)
        var options = CopyOptions()
        options.layers = layers
        options.forcesCompression = forcesCompression
        options.forms = CompressionResults(of: store)
        if destination is OCIArchiveDestination { options.parallelCopies = 1 }
        try ImageCopier(options, report: report).copy(source, to: collector)
        let written = try collector.manifest?.decodeManifest().layers ?? []
        guard written.count == unique.count else {
            throw CacheTransferError("\(destination.description): \(written.count) of \(unique.count) layers written")
        }
        var blobs: [String: (diffID: Digest, blob: Descriptor)] = [:]
        for (record, blob) in zip(unique, written) {
            if let diffID = record.contentDigest { blobs[record.id] = (diffID, blob) }
        }
        return blobs
    }

    /// A step's description without the values of build arguments, which need not be public.
    static func note(_ createdBy: String) -> String { createdBy.hasPrefix("|") ? "" : createdBy }
}
