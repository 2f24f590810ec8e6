import LinuxSystem

/// The outcome of an image's removal.
package enum ImageRemoval: Sendable, Equatable {
    /// The image lost this name and still has others.
    case untagged(String)
    /// The image was removed; it had these names.
    case deleted(id: String, names: [String])
    /// Nothing was done: the image has several names, and the user specified none of them.
    case refused(id: String, names: [String])
}

extension ContainerStore {
    /// Runs `body` while no other process can read or change layers, images and containers, so that decisions made
    /// inside remain valid. Calls of the store may be made inside.
    package func exclusively<T>(_ body: () throws -> T) throws -> T {
        try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) { Result { try body() } }.get()
    }

    /// Runs `body` while no other process changes layers, images and containers.
    package func consistently<T>(_ body: () throws -> T) throws -> T {
        try locked(layers: .shared, images: .shared, containers: .shared) { Result { try body() } }.get()
    }

    /// Implements `rmi`: removes the specified name from an image with several names, and the image with its last one.
    /// Lookup and decision happen under the locks: an image that another process gives a name meanwhile is kept.
    ///
    /// - Parameter isForced: whether an image with several names may be removed by its id.
    /// - Returns: nil if there is no such image.
    /// - Throws: see `deleteImage`.
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

    /// Removes an image, and the layers to which nothing else refers. Returns the ids of those, from the top down.
    ///
    /// Works on a full disk: see `RecordTable.save`.
    /// - Throws: `inUse`, naming the containers created from it; `notFound`; `readOnly` in an additional store.
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

    /// Layers of another tool that remain when their image is removed, for example below a cached step, become this
    /// tool's to collect.
    private func adoptLayers(of image: ImageRecord, besides removed: [String]) throws {
        let removed = Set(removed)
        let left = recordedChain(of: image.topLayer).filter { !removed.contains($0.id) }
        do {
            try OwnLayers(layout).add(left)
        } catch let error as LinuxError where error.isOutOfSpace {
            // `system check --repair` finds them by age.
        }
    }

    /// The layers to remove with an image: from the top down, as long as nothing else refers to them.
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
