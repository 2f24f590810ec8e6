import ContentDigest
import ImageEncryption
import ImageModel
import ImageTransports
import LinuxSystem
import ProgressEvents

/// The planned transfers of an image's layers.
struct LayerPlan {
    /// More threads for one layer only wait for each other.
    private static let mostThreads = 8

    private let task: CopyTask
    private let transfers: [LayerTransfer]

    /// - Throws: ``CopyError`` when configuration and manifest disagree about layers that have to change.
    init(_ manifest: Manifest, config: [UInt8], target: MediaType, task: CopyTask) throws {
        self.task = task
        let readable = try task.source.readableLayers(of: manifest)
        let diffIDs =
            manifest.config.mediaType.isImageConfig
            ? ((try? ImageConfig(parsing: config))?.rootfs.diffIDs ?? []) : []
        let hasDiffIDs = diffIDs.count == manifest.layers.count
        let secrecy = try LayerSecrecyPlan(manifest, task)
        transfers = try manifest.layers.enumerated().map { place, listed in
            let layer = secrecy.readable(readable?[place] ?? listed, place)
            if task.isSigned { try Self.checkUnchanged(listed, task, target) }
            // An artifact may have the configuration of an image.
            let isFixed = manifest.artifactType != nil && layer.digest == listed.digest
            return LayerTransfer(
                listed: listed, readable: layer, diffID: hasDiffIDs ? diffIDs[place] : nil,
                change: isFixed ? .none : Self.change(from: listed, to: layer, task, target),
                mayStay: !task.options.forcesCompression && Self.takes(layer, target),
                secrecy: secrecy.changes[place])
        }
    }

    /// Layers with fixed transfers.
    init(_ transfers: [LayerTransfer], task: CopyTask) {
        self.task = task
        self.transfers = transfers
    }

    /// The layers' descriptors with their final types; digests and sizes may still change.
    var plannedDescriptors: [Descriptor] { transfers.map(\.plannedDescriptor) }

    /// Transfers all layers to the destination.
    ///
    /// - Returns: their descriptors there.
    @discardableResult
    func transfer() throws -> [Descriptor] {
        // A layer that occurs twice is transferred once.
        var places: [String: Int] = [:]
        var unique: [LayerTransfer] = []
        func key(_ transfer: LayerTransfer) -> String {
            "\(transfer.listed.digest) \(transfer.secrecy.isChange)"
        }
        for transfer in transfers where places[key(transfer)] == nil {
            places[key(transfer)] = unique.count
            unique.append(transfer)
        }
        let lent = SharedTask(task)
        let together = max(min(unique.count, task.options.parallelCopies), 1)
        // Otherwise idle processors help with the layers in progress.
        let threads = max(min(WorkerPool.processorCount / together, Self.mostThreads), 1)
        let results = try WorkerPool.map(unique, threads: together) { transfer in
            try transfer.run(lent.task, threads: threads)
        }
        return transfers.map { results[places[key($0)] ?? 0] }
    }

    /// Whether the destination will have exactly the layers in the manifest: each can be read as listed, or is already
    /// at the destination, or is the known result of compressing. Transfers no layer to find out.
    func canBePreserved() throws -> Bool {
        try transfers.allSatisfy { try $0.isPreserved(task) }
    }

    private static func change(
        from listed: Descriptor, to layer: Descriptor, _ task: CopyTask, _ target: MediaType
    ) -> LayerTransfer.Change {
        guard let now = layer.mediaType.layerCompression, !isForeign(layer) else { return .none }
        if task.isPinned {
            // A store keeps layers unpacked: restore their original form.
            guard listed.digest != layer.digest, let then = listed.mediaType.layerCompression, then != .none else {
                return .none
            }
            return .compress(LayerCompressionSettings(then))
        }
        return requestedChange(for: layer, compressed: now, task, target)
    }

    /// The change that the user or the destination requests for a layer that may change.
    private static func requestedChange(
        for layer: Descriptor, compressed now: LayerCompression, _ task: CopyTask, _ target: MediaType
    ) -> LayerTransfer.Change {
        // Schema 1 supports only gzip.
        if target.isSchema1 { return now == .gzip ? .none : .compress(LayerCompressionSettings(.gzip)) }
        switch task.options.layers {
        case .unchanged: return .none
        case .plain: return now == .none ? .none : .decompress
        case .compressed(let way):
            if now == .none { return .compress(way ?? LayerCompressionSettings(.gzip)) }
            guard let way, way.algorithm != now else { return .none }
            return .compress(way)
        case .preferred(let way):
            switch task.destination.preferredLayerCompression {
            case .preserve:
                // Docker's format has no zstd.
                guard let way, way.algorithm == .gzip, now == .zstd, target == .dockerManifest else { return .none }
                return .compress(way)
            case .compress:
                if now == .none { return .compress(way ?? LayerCompressionSettings(.gzip)) }
                guard let way, way.algorithm != now else { return .none }
                return .compress(way)
            case .decompress: return now == .none ? .none : .decompress
            case .preserveGzip: return now == .zstd ? .decompress : .none
            }
        }
    }

    /// A layer of a signed image must stay as in the manifest: a destination's preference can be ignored, but a user's
    /// request is an error.
    private static func checkUnchanged(_ layer: Descriptor, _ task: CopyTask, _ target: MediaType) throws {
        switch task.options.layers {
        case .preferred(nil), .unchanged: return
        case .preferred, .compressed, .plain: break
        }
        guard let now = layer.mediaType.layerCompression, !isForeign(layer),
            requestedChange(for: layer, compressed: now, task, target) != .none
        else { return }
        throw Immutability.error(
            task.source.description, "the layer \(layer.digest) would have to be compressed in another way")
    }

    /// Whether a manifest of a type can list a layer as it is.
    private static func takes(_ layer: Descriptor, _ target: MediaType) -> Bool {
        !target.isSchema1 && (target != .dockerManifest || layer.mediaType.layerCompression == .gzip)
    }

    private static func isForeign(_ layer: Descriptor) -> Bool {
        layer.urls?.isEmpty == false && layer.mediaType.isNonDistributableLayer
    }
}

/// Shares a copy with worker threads. `@unchecked Sendable`: sources and destinations guarantee that blobs may be read
/// and written on several threads concurrently, and nothing else of them is used there.
private struct SharedTask: @unchecked Sendable {
    let task: CopyTask

    init(_ task: CopyTask) {
        self.task = task
    }
}
