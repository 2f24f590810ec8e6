import LinuxSystem

extension ContainerStore {
    /// Removes what dead processes left behind: directories that were being filled or removed, and what their journals
    /// announced. Costs two directory listings when there is nothing.
    func sweepAbandoned() throws {
        let staging = layout.staging
        try TemporaryDirectory.sweep(layout.temporaryDirectories) { token in
            try? Files.removeTree("\(staging)/\(token)")
        }
        var isWorth = false
        for path in try StoreSession.journals(in: layout.sessions) {
            guard let journal = StoreSession.takeOver(path) else { continue }
            if !journal.entries.isEmpty {
                try settle(Set(journal.entries), of: path)
                isWorth = true
            }
            journal.settle()
        }
        if isWorth {
            try collectGarbage()
            try collectLayers()
        }
    }

    /// Removes what a journal names and nothing refers to.
    func settle(_ entries: Set<StoreSession.Entry>, of journal: String) throws(StoreError) {
        try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            for entry in entries {
                switch entry.subject {
                case .image where imageTable.record(id: entry.id) == nil:
                    try Files.removeTree(layout.imageDirectory(entry.id))
                case .container where containerTable.record(id: entry.id) == nil:
                    try removeContainerDirectories(entry.id)
                case .layer where layerTable.record(id: entry.id) == nil:
                    try removeLayerFiles(entry.id)
                default: break
                }
            }
            let layers = entries.filter { $0.subject == .layer }.map(\.id)
            try removeUnreferenced(layers, notClaimedBut: journal)
        }
    }

    /// Removes those of these layers that no image, container, other layer, cached build step or live process refers
    /// to, and then their parents likewise, as far as this tool may remove them. Claims of `journal` (nil: this
    /// process's) do not count. Requires all locks.
    @discardableResult
    func removeUnreferenced(_ candidates: [String], notClaimedBut journal: String? = nil) throws -> [String] {
        if try hasLostReferences() { return [] }
        let layers = Dictionary(layerTable.records.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        var usage = LayerUsage(layers.values, imageTable.records, containerTable.records)
        var left = Set(candidates.filter { layers[$0] != nil && !usage.isUsed($0) })
        if left.isEmpty { return [] }
        let kept = claims(besides: journal ?? session?.path).union(
            try BuildCacheIndex.layersInUse(in: layout.buildCache)
        ).union(try mountedLayers())
        left.subtract(kept)
        let own = Set(try OwnLayers(layout).filter(Array(layers.values)).map(\.id))
        var removed: [String] = []
        while let layer = left.popFirst() {
            removed.append(layer)
            usage.remove(layer, parent: layers[layer]?.parent)
            // A parent that only the removed layer kept alive would otherwise stay forever.
            if let parent = layers[layer]?.parent, own.contains(parent), !kept.contains(parent), !usage.isUsed(parent) {
                left.insert(parent)
            }
        }
        for layer in removed { try noteRemoval(.layer, layer) }
        try removeLayers(removed)
        return removed
    }

    /// Removes the layers created by this tool that no image, container, cached build step or live process refers to:
    /// leftovers of failed and killed builds. Returns their ids, topmost first.
    ///
    /// Layers of other tools stay, since they may belong to an ongoing pull.
    @discardableResult
    package func collectLayers() throws(StoreError) -> [String] {
        try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            let own = try OwnLayers(layout).filter(layerTable.records)
            // Layers that this process is using count as well.
            let removed = try removeUnreferenced(own.map(\.id), notClaimedBut: "")
            let gone = Set(removed)
            OwnLayers(layout).keepOnly(own.filter { !gone.contains($0.id) })
            return removed
        }
    }

    /// The layers in use by processes, except those that only this journal names.
    func claims(besides journal: String?) -> Set<String> {
        var claims: Set<String> = []
        for path in (try? StoreSession.journals(in: layout.sessions)) ?? [] where path != journal {
            claims.formUnion(StoreSession.layers(namedIn: path))
        }
        return claims
    }
}

/// Which layers are referenced, kept up to date as layers are removed.
struct LayerUsage {
    private var users: Set<String> = []
    private var children: [String: Int] = [:]

    init(_ layers: some Sequence<LayerRecord>, _ images: [ImageRecord], _ containers: [ContainerRecord]) {
        for layer in layers {
            if let parent = layer.parent { children[parent, default: 0] += 1 }
        }
        for image in images { users.formUnion(image.mappedTopLayers + (image.topLayer.map { [$0] } ?? [])) }
        users.formUnion(containers.map(\.layer))
    }

    /// Whether an image, a container or another layer refers to it.
    func isUsed(_ layer: String) -> Bool { users.contains(layer) || children[layer, default: 0] > 0 }

    /// Removes an unreferenced layer from the bookkeeping.
    mutating func remove(_ layer: String, parent: String?) {
        if let parent { children[parent, default: 1] -= 1 }
    }
}
