import JSONText
package import LinuxSystem

/// The results of build steps, by the digest of all their inputs; stored next to the store, and never needed for
/// correctness: any of its files can be deleted at any time.
///
/// One small file per key, so concurrent builds need no lock. An entry keeps its layer alive even if no image refers to
/// it.
package struct BuildCacheIndex: Sendable {
    /// The result of a step.
    package struct Entry: Sendable, Equatable {
        /// The layer that the step created; nil if it changed nothing.
        package var layer: String?
        /// The layer below it; nil for none.
        package var parent: String?
        /// When the step ran.
        package var created: FileTime
        /// A human-readable description of the step.
        package var note: String

        /// Creates an entry with these values.
        package init(layer: String?, parent: String?, created: FileTime, note: String = "") {
            self.layer = layer
            self.parent = parent
            self.created = created
            self.note = note
        }
    }

    let store: ContainerStore
    var directory: String { store.layout.buildCache }

    /// The cache of a store.
    package init(_ store: ContainerStore) {
        self.store = store
    }

    /// The entry for a key of hexadecimal digits, if its layer still exists on top of the same parent. The layer is
    /// claimed for this process, see `ContainerStore.claimLayer`.
    package func lookup(_ key: String) throws(StoreError) -> Entry? {
        let path = try path(of: key)
        guard let entry = try StoreError.mapping({ try Self.read(path) }) else { return nil }
        guard let layer = entry.layer else { return entry }
        let isThere = try store.locked(layers: .shared) {
            guard let record = try store.layerByID(layer), record.parent == entry.parent else { return false }
            if !record.isReadOnly { try store.journal().note(.layer, layer) }
            return true
        }
        guard isThere else { return nil }
        // The time of the last use, for `prune`.
        try? Files.setTimes(at: Files.currentDirectory, path, access: nil, modification: Clock.now())
        return entry
    }

    /// Records an entry, replacing an older one.
    package func record(_ key: String, _ entry: Entry) throws(StoreError) {
        let path = try path(of: key)
        try StoreError.mapping {
            if !Files.exists(directory) { try Files.makeDirectories(directory, mode: 0o700) }
            var object = JSONObject()
            object["layer"] = entry.layer.map { .string($0) }
            object["parent"] = entry.parent.map { .string($0) }
            object["created"] = .string(Clock.rfc3339(entry.created))
            object["note"] = .string(entry.note)
            try Files.replaceFile(path, with: JSONValue.object(object).serialized(), synchronize: false)
        }
    }

    /// Removes the entries that have not been used since a time (nil: all) and those whose layers are gone, and the
    /// layers to which nothing else refers. Returns the ids of those.
    @discardableResult
    package func prune(notUsedSince limit: FileTime? = nil) throws(StoreError) -> [String] {
        let keys = try StoreError.mapping { try Self.keys(in: directory) }
        return try store.locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            var layers: Set<String> = []
            for key in keys {
                let path = "\(directory)/\(key)"
                guard let status = try Files.statusIfPresent(path) else { continue }
                let entry = try Self.read(path)
                let isDangling = try entry?.layer.map { try store.layerByID($0) == nil } ?? (entry == nil)
                if let limit, status.modification >= limit, !isDangling { continue }
                if let layer = entry?.layer { layers.insert(layer) }
                try Files.removeTree(path)
            }
            // The result is in the layers' order from the top down, whichever entries name them.
            return try store.removeUnreferenced(Array(layers))
        }
    }

    private func path(of key: String) throws(StoreError) -> String {
        guard StoreLayout.isHex(key), key.utf8.count <= 128 else {
            throw StoreError(.invalidName, "\"\(key)\" cannot be a key of the build cache", subject: key)
        }
        return "\(directory)/\(key)"
    }

    static func keys(in directory: String) throws -> [String] {
        guard Files.exists(directory) else { return [] }
        return try Files.entries(ofDirectory: directory).map(\.text).filter(StoreLayout.isHex)
    }

    /// nil if it is missing or cannot be read: it is only a cache.
    static func read(_ path: String) throws -> Entry? {
        guard let bytes = try Files.readFileIfPresent(path, limit: 1 << 20),
            let value = try? JSONValue(parsing: bytes), value.object != nil
        else { return nil }
        let layer = value["layer"]?.string
        let parent = value["parent"]?.string
        guard let created = value["created"]?.string.flatMap(Clock.parseRFC3339),
            layer.map(StoreLayout.isSafeID) ?? true, parent.map(StoreLayout.isSafeID) ?? true
        else { return nil }
        return Entry(layer: layer, parent: parent, created: created, note: value["note"]?.string ?? "")
    }

    /// All layers that entries name.
    static func layersInUse(in directory: String) throws -> Set<String> {
        Set(try keys(in: directory).compactMap { try read("\(directory)/\($0)")?.layer })
    }
}
