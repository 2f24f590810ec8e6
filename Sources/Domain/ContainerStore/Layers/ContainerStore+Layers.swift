import ContentDigest
import LinuxSystem

extension ContainerStore {
    /// All layers, those of additional stores last, except layers that are still being filled.
    package func layers() throws(StoreError) -> [LayerRecord] {
        try locked(layers: .shared) {
            try visibleLayers() + additionalStores.flatMap { try $0.layers() }
        }
    }

    /// The layer with this id, name or unambiguous id prefix; nil if there is none.
    ///
    /// - Throws: `ambiguous` if several ids have this prefix.
    package func layer(_ idOrName: String) throws(StoreError) -> LayerRecord? {
        try locked(layers: .shared) {
            if let found = try layerByID(idOrName) { return found }
            if let named = layerTable.record(named: idOrName), !named.isIncomplete { return named }
            guard StoreLayout.isHex(idOrName) else { return nil }
            let ids = Set(
                layerTable.ids(withPrefix: idOrName)
                    + (try additionalStores.flatMap { try $0.layers() }.map(\.id).filter { $0.hasPrefix(idOrName) }))
            guard ids.count <= 1 else {
                throw StoreError(
                    .ambiguous, "\(ids.count) layers have ids that begin with \(idOrName)", subject: idOrName)
            }
            return try ids.first.flatMap { try layerByID($0) }
        }
    }

    /// The layer and all layers below it, from the top down.
    ///
    /// - Throws: `notFound` for an unknown layer, `corrupt` if a layer below it is missing.
    package func layerChain(_ id: String) throws(StoreError) -> [LayerRecord] {
        try locked(layers: .shared) { try chain(of: id) }
    }

    /// As `layerChain`, but ends without an error where a layer is missing.
    package func presentLayers(_ id: String) throws(StoreError) -> [LayerRecord] {
        try locked(layers: .shared) { try presentChain(of: id) { try layerByID($0) } }
    }

    /// Removes a layer to which nothing refers.
    ///
    /// - Throws: `inUse`, naming the layer, image or container that refers to it.
    package func deleteLayer(_ id: String) throws(StoreError) {
        try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            guard layerTable.record(id: id) != nil else {
                if try layerByID(id) != nil {
                    throw StoreError(
                        .readOnly, "layer \(id) is in an additional store, which is only read", subject: id)
                }
                throw StoreError(.notFound, "no layer \(id)", subject: id)
            }
            if let user = layerUser(id) {
                throw StoreError(.inUse, "layer \(id) is used by \(user)", subject: id)
            }
            try noteRemoval(.layer, id)
            try removeLayers([id])
        }
    }

    /// Protects a layer that nothing refers to yet from being removed until this store is closed: one from the build
    /// cache that an image is going to use.
    ///
    /// Returns whether the layer still exists.
    package func claimLayer(_ id: String) throws(StoreError) -> Bool {
        try locked(layers: .shared) {
            guard let record = try layerByID(id) else { return false }
            if !record.isReadOnly { try journal().note(.layer, id) }
            return true
        }
    }

    /// The absolute paths of the directories with a layer's files and those of its parents, nearest first (overlay), or
    /// the single directory with all of them (vfs).
    package func contentDirectories(of layer: String) throws(StoreError) -> [String] {
        try storage.contentDirectories(of: layer)
    }

    // MARK: Requiring locks

    func visibleLayers() -> [LayerRecord] {
        layerTable.records.filter { !$0.isIncomplete }
    }

    func layerByID(_ id: String) throws -> LayerRecord? {
        if let own = layerTable.record(id: id), !own.isIncomplete { return own }
        for store in additionalStores {
            if let found = try store.layer(id: id) { return found }
        }
        return nil
    }

    func chain(of id: String) throws -> [LayerRecord] {
        var chain: [LayerRecord] = []
        var seen: Set<String> = []
        var next: String? = id
        while let current = next {
            guard let record = try layerByID(current) else {
                throw chain.isEmpty
                    ? StoreError(.notFound, "no layer \(current)", subject: current)
                    : StoreError(.corrupt, "layer \(id) has the parent \(current), which is missing", subject: current)
            }
            guard seen.insert(current).inserted else {
                throw StoreError(.corrupt, "layer \(current) is its own ancestor", subject: current)
            }
            chain.append(record)
            next = record.parent
        }
        return chain
    }

    /// What refers to a layer; nil if nothing does. Requires all three locks.
    func layerUser(_ id: String) -> String? {
        if let child = layerTable.records.first(where: { $0.parent == id }) { return "layer \(child.id)" }
        if let image = imageTable.records.first(where: { $0.topLayer == id || $0.mappedTopLayers.contains(id) }) {
            return "image \(image.id)"
        }
        if let container = containerTable.records.first(where: { $0.layer == id }) {
            return "container \(container.id)"
        }
        return nil
    }

    /// A layer and its parents as far as they are in this store's own records, from the top down.
    func recordedChain(of top: String?) -> [LayerRecord] {
        presentChain(of: top) { layerTable.record(id: $0) }
    }

    /// A layer and its parents as far as `find` knows them, from the top down. Ends where a chain is circular.
    private func presentChain(
        of top: String?, _ find: (String) throws -> LayerRecord?
    ) rethrows -> [LayerRecord] {
        var chain: [LayerRecord] = []
        var seen: Set<String> = []
        var next = top
        while let id = next, seen.insert(id).inserted, let record = try find(id) {
            chain.append(record)
            next = record.parent
        }
        return chain
    }

    /// Removes layers with all their data. Requires the lock for writing and the ids in the journal: the layers become
    /// invisible first, then their files are removed. On a full disk it is the other way round, see `RecordTable.save`.
    func removeLayers(_ ids: [String]) throws {
        if ids.isEmpty { return }
        layerTable.remove(Set(ids))
        try layerTable.save {
            try self.emptyTrash()
            for id in ids { try self.removeLayerContent(id) }
        }
        for id in ids { try removeLayerFiles(id) }
    }

    /// Removes what this or another tool left when it died while filling or removing a layer: first the files, since
    /// the records say what to do until then.
    func removeIncompleteLayers() throws {
        let incomplete = layerTable.records.filter(\.isIncomplete).map(\.id)
        if incomplete.isEmpty { return }
        for id in incomplete { try removeLayerFiles(id) }
        layerTable.remove(Set(incomplete))
        try layerTable.save()
    }

    func removeLayerFiles(_ id: String) throws {
        do {
            try forgetMounts(of: id)
            try storage.remove(id, trash: trashDirectory)
            try putAway(layout.tarSplit(id))
            try putAway(layout.layerDataDirectory(id))
        } catch let error as LinuxError where error.isOutOfSpace {
            try removeLayerContent(id)
        }
    }

    /// Removes a layer's files in place, which needs no disk space.
    func removeLayerContent(_ id: String) throws {
        // It is harmless if a removed layer still counts as mounted.
        do { try forgetMounts(of: id) } catch let error as LinuxError where error.isOutOfSpace {}
        try storage.removeInPlace(id)
        try Files.removeTree(layout.tarSplit(id))
        try Files.removeTree(layout.layerDataDirectory(id))
    }
}
