import LinuxSystem

extension BuildCacheIndex {
    /// How long an unused entry is kept: 30 days, in seconds.
    private static let longestIdle: Int64 = 30 * 24 * 3600

    /// The file whose time is that of the last collection.
    private var stamp: String { "\(store.layout.ownRoom)/cache-collected" }

    /// Collects if any process has recorded an entry since the last collection, including one that died before it could
    /// collect.
    package func collectIfChanged() throws(StoreError) {
        let isCollected = try StoreError.mapping {
            guard let changed = try Files.statusIfPresent(directory) else { return true }
            guard let collected = try Files.statusIfPresent(stamp) else { return false }
            return collected.modification > changed.modification
        }
        if isCollected { return }
        try collect()
        try store.collectLayers()
        try StoreError.mapping { try Files.replaceFile(stamp, with: [], synchronize: false) }
    }

    /// Removes the entries that no build can reach any more, and the layers that only they kept. Returns the ids of
    /// those.
    ///
    /// A build can reach a step that starts from scratch, one on top of a layer of an image or a container, and one on
    /// top of the layer of another such step. Steps whose entry was replaced by a newer one, and everything built on
    /// top of them, are thus removed, unless an image has them. So are entries that have not been used for 30 days.
    @discardableResult
    package func collect() throws(StoreError) -> [String] {
        let keys = try StoreError.mapping { try Self.keys(in: directory) }
        if keys.isEmpty { return [] }
        let oldest = Clock.now().seconds - Self.longestIdle  // arithmetic: our clock
        return try store.locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            var entries: [String: Entry] = [:]
            var idle: Set<String> = []
            for key in keys {
                guard let status = try Files.statusIfPresent("\(directory)/\(key)") else { continue }
                entries[key] = try Self.read("\(directory)/\(key)")
                if status.modification.seconds < oldest { idle.insert(key) }
            }
            let live = liveKeys(entries.filter { !idle.contains($0.key) })
            var layers: Set<String> = []
            for key in keys where !live.contains(key) {
                if let layer = entries[key]?.layer { layers.insert(layer) }
                try Files.removeTree("\(directory)/\(key)")
            }
            return try store.removeUnreferenced(Array(layers))
        }
    }

    /// The keys of the entries that a build can reach. Requires all locks.
    private func liveKeys(_ entries: [String: Entry]) -> Set<String> {
        var byParent: [String: [String]] = [:]
        for (key, entry) in entries { byParent[entry.parent ?? "", default: []].append(key) }
        var live: Set<String> = []
        var seen: Set<String> = []
        var pending = [""]
        for top in store.imageTable.records.compactMap(\.topLayer) + store.containerTable.records.map(\.layer) {
            var next: String? = top
            while let layer = next, seen.insert(layer).inserted {
                pending.append(layer)
                next = store.layerTable.record(id: layer)?.parent
            }
        }
        while let parent = pending.popLast() {
            for key in byParent[parent] ?? [] where live.insert(key).inserted {
                if let layer = entries[key]?.layer, seen.insert(layer).inserted { pending.append(layer) }
            }
        }
        return live
    }
}
