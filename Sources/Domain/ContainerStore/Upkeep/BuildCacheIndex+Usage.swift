package import LinuxSystem

extension BuildCacheIndex {
    /// An entry and what it keeps.
    package struct Usage: Sendable {
        /// The key of the entry.
        package let key: String
        /// The entry.
        package let entry: Entry
        /// When a build last used it.
        package let lastUsed: FileTime
        /// The size of its layer; 0 for none.
        package let size: Int64
        /// Whether an image or a container has the layer, which then stays without the entry.
        package let isShared: Bool
        /// The number of layers up to its own.
        let depth: Int
    }

    /// What a pruning has removed.
    package struct Pruned: Sendable, Equatable {
        /// The number of entries.
        package var entries = 0
        /// The ids of the layers.
        package var layers: [String] = []
        /// The size of the layers that only entries keep, afterwards.
        package var remaining: Int64 = 0
    }

    /// All entries whose layers exist, most recently used first.
    package func usage() throws(StoreError) -> [Usage] {
        let keys = try StoreError.mapping { try Self.keys(in: directory) }
        return try store.locked(layers: .shared, images: .shared, containers: .shared) { try usage(of: keys) }
            .sorted { $0.lastUsed > $1.lastUsed }
    }

    /// Removes entries that have not been used since a time, and then the least recently used ones until the layers that
    /// only entries keep are not larger than a limit.
    ///
    /// - Parameters:
    ///   - limit: in bytes; nil for none.
    ///   - oldest: nil for any age.
    ///   - protected: entries used since then stay, whatever the limits; nil to protect none.
    @discardableResult
    package func prune(
        keeping limit: Int64?, notUsedSince oldest: FileTime? = nil, protectingSince protected: FileTime? = nil
    ) throws(StoreError) -> Pruned {
        let keys = try StoreError.mapping { try Self.keys(in: directory) }
        return try store.locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            var left = Self.evictionOrder(try usage(of: keys))
            var holders: [String: Int] = [:]
            for item in left { if let layer = item.layerToFree { holders[layer, default: 0] += 1 } }
            var total = Self.privateSize(left)
            var pruned = Pruned()
            var candidates: [String] = []
            left.removeAll { item in
                if let protected, item.lastUsed >= protected { return false }
                let isOld = oldest.map { item.lastUsed < $0 } ?? false
                let isTooMuch = limit.map { total > $0 && item.layerToFree != nil } ?? false
                guard isOld || isTooMuch else { return false }
                pruned.entries += 1
                candidates.append(item.key)
                if let layer = item.layerToFree {
                    let rest = (holders[layer] ?? 1) - 1
                    holders[layer] = rest
                    if rest == 0 { total = total.subtractingSaturated(item.size) }
                }
                return true
            }
            var layers: Set<String> = []
            for key in candidates {
                if let layer = try Self.read("\(directory)/\(key)")?.layer { layers.insert(layer) }
                try Files.removeTree("\(directory)/\(key)")
            }
            pruned.layers = try store.removeUnreferenced(Array(layers))
            pruned.remaining = Self.privateSize(left)
            return pruned
        }
    }

    /// The size of the layers that only these entries keep.
    package static func privateSize(_ usage: [Usage]) -> Int64 {
        var seen: Set<String> = []
        return usage.compactMap { item in
            item.layerToFree.flatMap { seen.insert($0).inserted ? item.size : nil }
        }.sumOfSizes()
    }

    /// Requires locks for reading.
    private func usage(of keys: [String]) throws -> [Usage] {
        var kept: Set<String> = []
        for top in store.imageTable.records.compactMap(\.topLayer) + store.containerTable.records.map(\.layer) {
            var next: String? = top
            while let layer = next, kept.insert(layer).inserted { next = store.layerTable.record(id: layer)?.parent }
        }
        return try keys.compactMap { key in
            let path = "\(directory)/\(key)"
            guard let status = try Files.statusIfPresent(path), let entry = try Self.read(path) else { return nil }
            let record = try entry.layer.flatMap { try store.layerByID($0) }
            guard entry.layer == nil || record != nil else { return nil }
            return Usage(
                key: key, entry: entry, lastUsed: status.modification, size: max(record?.diffSize ?? 0, 0),
                isShared: record.map { kept.contains($0.id) || $0.isReadOnly } ?? false,
                depth: depth(of: entry.layer ?? entry.parent))
        }
    }

    private func depth(of layer: String?) -> Int {
        var depth = 0
        var next = layer
        // Tables are files: a loop in one must not be one here.
        while let id = next, depth < 10_000 {
            depth += 1  // arithmetic: at most the limit above
            next = store.layerTable.record(id: id)?.parent
        }
        return depth
    }

    /// The least recently used first. A step counts as used when one on top of it was: without it, nothing leads there.
    private static func evictionOrder(_ usage: [Usage]) -> [Usage] {
        var used: [String: FileTime] = [:]
        let result = usage.sorted { $0.depth > $1.depth }.map { item in
            var time = item.lastUsed
            if let layer = item.entry.layer, let above = used[layer] { time = max(time, above) }
            if let parent = item.entry.parent { used[parent] = max(used[parent] ?? time, time) }
            return Usage(
                key: item.key, entry: item.entry, lastUsed: time, size: item.size, isShared: item.isShared,
                depth: item.depth)
        }
        return result.sorted { ($0.lastUsed, $1.depth, $0.key) < ($1.lastUsed, $0.depth, $1.key) }
    }
}

extension BuildCacheIndex.Usage {
    /// The layer that goes with the last entry that names it.
    fileprivate var layerToFree: String? { isShared ? nil : entry.layer }
}
