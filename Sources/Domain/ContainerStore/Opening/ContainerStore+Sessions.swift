import LinuxSystem

extension ContainerStore {
    /// Removes what processes that are gone have left: directories being filled or removed, and what their journals say
    /// they had begun. Costs two looks at directories when there is nothing.
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

    /// Removes what nothing refers to of what a journal names.
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

    /// Removes those of these layers that no image, container, other layer, cached build step or working process refers
    /// to; and so on with the ones below that this tool may remove. What `journal` claims (nil: this process's) does not
    /// count. With all locks held.
    @discardableResult
    func removeUnreferenced(_ candidates: [String], notClaimedBut journal: String? = nil) throws -> [String] {
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
            // What only the removed layer kept would else be there for ever.
            if let parent = layers[layer]?.parent, own.contains(parent), !kept.contains(parent), !usage.isUsed(parent) {
                left.insert(parent)
            }
        }
        for layer in removed { try noteRemoval(.layer, layer) }
        try removeLayers(removed)
        return removed
    }

    /// Removes the layers that this tool made and that nothing refers to any more, neither image nor container nor cached
    /// build step nor working process: what failed and killed builds have left. Gives their ids, the uppermost first.
    ///
    /// Layers of other tools stay, since they may belong to an image that is just being pulled.
    @discardableResult
    package func collectLayers() throws(StoreError) -> [String] {
        try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            let own = try OwnLayers(layout).filter(layerTable.records)
            // What this process works with counts as well.
            let removed = try removeUnreferenced(own.map(\.id), notClaimedBut: "")
            let gone = Set(removed)
            OwnLayers(layout).keepOnly(own.filter { !gone.contains($0.id) })
            return removed
        }
    }

    /// The layers that processes are working with, but for those that only this journal names.
    func claims(besides journal: String?) -> Set<String> {
        var claims: Set<String> = []
        for path in (try? StoreSession.journals(in: layout.sessions)) ?? [] where path != journal {
            claims.formUnion(StoreSession.layers(namedIn: path))
        }
        return claims
    }
}

/// Which layers are referred to, kept up to date while layers are removed.
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

    /// Takes a layer out that nothing refers to.
    mutating func remove(_ layer: String, parent: String?) {
        if let parent { children[parent, default: 1] -= 1 }
    }
}
