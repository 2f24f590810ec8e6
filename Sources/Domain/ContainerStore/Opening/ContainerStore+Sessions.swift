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
        if isWorth { try collectGarbage() }
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
    /// to; and so on with the ones below. What `journal` claims (nil: this process's) does not
    /// count. With all locks held.
    @discardableResult
    func removeUnreferenced(_ candidates: [String], notClaimedBut journal: String? = nil) throws -> [String] {
        var left = Set(candidates.filter { layerTable.record(id: $0) != nil && layerUser($0) == nil })
        if left.isEmpty { return [] }
        let kept = claims(besides: journal ?? session?.path).union(
            try BuildCacheIndex.layersInUse(in: layout.buildCache))
        left.subtract(kept)
        var removed: [String] = []
        while let layer = left.popFirst() {
            let parent = layerTable.record(id: layer)?.parent
            try removeLayers([layer])
            removed.append(layer)
            // What only the removed layer kept would else be there for ever.
            if let parent, !kept.contains(parent), layerTable.record(id: parent) != nil, layerUser(parent) == nil {
                left.insert(parent)
            }
        }
        return removed
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
