import LinuxSystem

extension ContainerStore {
    /// Repairs what can be repaired, and removes the rest: files without records, unreferenced layers, damaged images
    /// that no container uses, damaged layers.
    ///
    /// - Parameter removesContainers: whether to remove damaged containers as well, with the images that they use.
    ///   Excludes containers whose files a process has mounted.
    /// - Returns: the actions taken, one per line.
    /// - Throws: `corrupt` where there are layers' files and no table of layers: with the table, all images would be
    ///   sound again.
    package func repair(_ options: StoreCheckOptions, removesContainers: Bool) throws(StoreError) -> [String] {
        try collectGarbage()
        return try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            if !layerTable.hasFile, try !storage.directories().isEmpty {
                throw StoreError(
                    .corrupt, "\(layerTable.path) is missing; restore it, or write [] there to give up all layers",
                    subject: layerTable.path)
            }
            var done = try mendLayers(options)
            let problems = try problems(options)
            if removesContainers { done += try removeContainers(in: problems) }
            done += try removeImages(in: problems)
            return try done + removeLayers(in: problems, olderThan: options.unreferencedAge)
        }
    }

    /// From the bottom up, since layers name their parents.
    private func mendLayers(_ options: StoreCheckOptions) throws -> [String] {
        var done: [String] = []
        let records = layerTable.records.map { ($0, recordedChain(of: $0.id).count) }.sorted { $0.1 < $1.1 }
        for (layer, _) in records where storage.hasContent(layer.id) {
            if storage.problems(of: layer.id, parent: layer.parent).isEmpty { continue }
            try? storage.mend(layer.id, parent: layer.parent)
            if storage.problems(of: layer.id, parent: layer.parent).isEmpty { done.append("Mended layer: \(layer.id)") }
        }
        return done
    }

    private func removeContainers(in problems: [StoreProblem]) throws -> [String] {
        let damaged = Set(problems.map(\.subject))
        let containers = containerTable.records.filter { damaged.contains(.container($0.id)) }
        let used = MountedPlaces.names(among: Set(containers.map(\.layer)))
        var done: [String] = []
        for container in containers where !used.contains(container.layer) {
            do {
                try deleteContainer(container.id)
                done.append("Deleted damaged container: \(container.id)")
            } catch {
                guard error.kind == .inUse else { throw error }
            }
        }
        return done
    }

    private func removeImages(in problems: [StoreProblem]) throws -> [String] {
        let damaged = Set(problems.map(\.subject))
        let used = Set(containerTable.records.map(\.image))
        var done: [String] = []
        for image in imageTable.records where damaged.contains(.image(image.id)) && !used.contains(image.id) {
            for layer in try deleteImage(image.id) { done.append("Deleted layer: \(layer)") }
            done.append("Deleted damaged image: \(image.id)")
        }
        return done
    }

    /// Removes damaged layers to which nothing refers any more, topmost first, and undamaged unreferenced ones.
    private func removeLayers(in problems: [StoreProblem], olderThan age: Int64) throws -> [String] {
        var damaged: Set<String> = []
        for problem in problems where problem.remedy == .removal {
            if case .layer(let id) = problem.subject { damaged.insert(id) }
        }
        var usage = LayerUsage(layerTable.records, imageTable.records, containerTable.records)
        let records = Dictionary(layerTable.records.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        var removed: [String] = []
        let byDepth = records.keys.map { ($0, recordedChain(of: $0)) }.sorted { $0.1.count > $1.1.count }
        for (id, chain) in byDepth where !usage.isUsed(id) && chain.contains(where: { damaged.contains($0.id) }) {
            removed.append(id)
            usage.remove(id, parent: records[id]?.parent)
        }
        for layer in removed { try noteRemoval(.layer, layer) }
        try removeLayers(removed)
        var done = removed.map { "Deleted damaged layer: \($0)" }
        // Their parents follow once nothing is on top of them any more.
        while case let unused = try collectableLayers(olderThan: age), !unused.isEmpty {
            for layer in unused { try noteRemoval(.layer, layer) }
            try removeLayers(unused)
            done += unused.map { "Deleted unused layer: \($0)" }
        }
        return done
    }
}
