import LinuxSystem

/// What became of an image that was to be removed.
package enum ImageRemoval: Sendable, Equatable {
    /// The image lost this name and keeps others.
    case untagged(String)
    /// The image is gone; it had these names.
    case deleted(id: String, names: [String])
    /// Nothing was done: the image has several names, and was asked for by none of them.
    case refused(id: String, names: [String])
}

extension ContainerStore {
    /// Runs `body` while no other process can look at layers, images and containers or change them, so that what is
    /// decided inside is still so when it is done. Calls of the store may be made inside.
    package func exclusively<T>(_ body: () throws -> T) throws -> T {
        try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) { Result { try body() } }.get()
    }

    /// Runs `body` while no other process changes layers, images and containers.
    package func consistently<T>(_ body: () throws -> T) throws -> T {
        try locked(layers: .shared, images: .shared, containers: .shared) { Result { try body() } }.get()
    }

    /// Does what `rmi` means: takes the name that was asked for from an image with several, removes the image with its
    /// last one. Looked up and decided under the locks: a name that another process gives the image meanwhile keeps it.
    ///
    /// - Parameter isForced: whether an image of several names may be removed by its id.
    /// - Returns: nil where there is no such image.
    /// - Throws: as `deleteImage`.
    package func removeImage(_ idOrName: String, isForced: Bool) throws(StoreError) -> ImageRemoval? {
        try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            guard let found = try findImage(idOrName) else { return nil }
            let names = found.image.names
            if let name = found.name, names.count > 1 {
                try removeNames(image: found.image.id, [name])
                return .untagged(name)
            }
            if found.name == nil, names.count > 1, !isForced {
                return .refused(id: found.image.id, names: names)
            }
            try deleteImage(found.image.id)
            return .deleted(id: found.image.id, names: names)
        }
    }

    /// Removes an image, and the layers that nothing else refers to. Gives the ids of those, from the top down.
    ///
    /// Works on a full disk: see `RecordTable.save`.
    /// - Throws: `inUse`, naming the containers that were made from it; `notFound`; `readOnly` in an additional store.
    @discardableResult
    package func deleteImage(_ id: String) throws(StoreError) -> [String] {
        try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            let image = try ownImage(id)
            let users = containerTable.records.filter { $0.image == id }.map { $0.names.first ?? $0.id }
            guard users.isEmpty else {
                throw StoreError(
                    .inUse,
                    "image \(id) is used by container\(users.count == 1 ? "" : "s") "
                        + users.sorted().joined(separator: ", "), subject: id)
            }
            let layers = removableLayers(of: image)
            try noteRemoval(.image, id)
            for layer in layers { try noteRemoval(.layer, layer) }
            try adoptLayers(of: image, besides: layers)
            imageTable.remove([id])
            try imageTable.save {
                try self.emptyTrash()
                for layer in layers { try self.removeLayerContent(layer) }
                try Files.removeTree(self.layout.imageDirectory(id))
            }
            try removeLayers(layers)
            try putAway(layout.imageDirectory(id))
            return layers
        }
    }

    /// Layers that another tool brought and that stay behind when their image goes, below a cached step for example, are
    /// this tool's to collect from now on.
    private func adoptLayers(of image: ImageRecord, besides removed: [String]) throws {
        let removed = Set(removed)
        let left = recordedChain(of: image.topLayer).filter { !removed.contains($0.id) }
        do {
            try OwnLayers(layout).add(left)
        } catch let error as LinuxError where error.isOutOfSpace {
            // `system check --repair` finds them by their age.
        }
    }

    /// The layers of an image that go with it: from the top down, as long as nothing else refers to them.
    private func removableLayers(of image: ImageRecord) -> [String] {
        var others: Set<String> = []
        for other in imageTable.records where other.id != image.id {
            if let layer = other.topLayer { others.insert(layer) }
            others.formUnion(other.mappedTopLayers)
        }
        others.formUnion(containerTable.records.map(\.layer))
        others.formUnion(claims(besides: session?.path))
        var children: [String: Set<String>] = [:]
        for layer in layerTable.records {
            if let parent = layer.parent { children[parent, default: []].insert(layer.id) }
        }
        var removed: [String] = []
        var gone: Set<String> = []
        for mapped in image.mappedTopLayers
        where !others.contains(mapped) && layerTable.record(id: mapped) != nil && children[mapped] == nil {
            removed.append(mapped)
            gone.insert(mapped)
        }
        var next = image.topLayer
        while let layer = next, let record = layerTable.record(id: layer), !others.contains(layer),
            children[layer, default: []].isSubset(of: gone), gone.insert(layer).inserted
        {
            removed.append(layer)
            next = record.parent
        }
        return removed
    }
}
