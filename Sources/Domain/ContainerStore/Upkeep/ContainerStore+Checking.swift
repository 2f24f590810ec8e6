import ContentDigest
import LinuxSystem

/// How thoroughly a store is checked.
package struct StoreCheckOptions: Sendable {
    /// The age, in seconds, from which an unreferenced layer of another tool counts as left behind rather than as part
    /// of an ongoing pull.
    package var unreferencedAge: Int64 = 24 * 3600
    /// The problems found by reading the layers' contents: see `damagedContent`.
    package var damagedContent: [StoreProblem] = []

    package init() {}
}

extension ContainerStore {
    /// Checks the store's records and files for inconsistencies, without changing anything; one line for each.
    package func check() throws(StoreError) -> [String] {
        try problems(StoreCheckOptions()).map(\.text)
    }

    /// Checks the store's records and files for inconsistencies, without changing anything. Only reads the content of
    /// images' big data, not of layers. Whatever depends on something damaged counts as damaged as well.
    package func problems(_ options: StoreCheckOptions) throws(StoreError) -> [StoreProblem] {
        try locked(layers: .shared, images: .shared, containers: .shared) {
            var found = options.damagedContent.filter {
                if case .layer(let id) = $0.subject { layerTable.record(id: id) != nil } else { false }
            }
            found += try layerProblems() + unreferencedLayers(options.unreferencedAge)
            found += try imageProblems(upon: damagedLayers(in: found))
            found += try containerProblems(upon: found)
            return try found + remains()
        }
    }

    // MARK: Layers

    private func layerProblems() throws -> [StoreProblem] {
        var problems: [StoreProblem] = []
        for layer in layerTable.records {
            func add(_ text: String, _ remedy: StoreProblem.Remedy = .removal) {
                problems.append(StoreProblem(.layer(layer.id), text, remedy: remedy))
            }
            if layer.isIncomplete {
                add("layer \(layer.id) is incomplete", .mending)
                continue
            }
            if let parent = layer.parent, try layerByID(parent) == nil {
                add("layer \(layer.id) has the parent \(parent), which is missing")
                continue
            }
            for name in layer.bigDataNames {
                let path = "\(layout.layerDataDirectory(layer.id))/\(try StoreLayout.bigDataFileName(name))"
                if !Files.exists(path) { add("layer \(layer.id): its data \(name) is missing") }
            }
            let hasFiles = storage.hasContent(layer.id)
            for text in storage.problems(of: layer.id, parent: layer.parent) {
                add(text, hasFiles ? .mending : .removal)
            }
        }
        return problems
    }

    /// Unreferenced layers: this tool's always, others' if they are too old to be part of a pull.
    private func unreferencedLayers(_ age: Int64) throws -> [StoreProblem] {
        try collectableLayers(olderThan: age).map {
            StoreProblem(.layer($0), "layer \($0) is not used by any image or container", remedy: .mending)
        }
    }

    /// The unreferenced layers that may be removed, the topmost of each chain.
    func collectableLayers(olderThan age: Int64) throws -> [String] {
        if try hasLostReferences() { return [] }
        let usage = LayerUsage(layerTable.records, imageTable.records, containerTable.records)
        let unused = layerTable.records.filter { !$0.isIncomplete && !usage.isUsed($0.id) }
        if unused.isEmpty { return [] }
        let own = Set(try OwnLayers(layout).filter(unused).map(\.id))
        let kept = claims(besides: nil).union(try BuildCacheIndex.layersInUse(in: layout.buildCache))
            .union(try mountedLayers())
        let (oldest, overflow) = Clock.now().seconds.subtractingReportingOverflow(age)
        return unused.filter { layer in
            if kept.contains(layer.id) { return false }
            if own.contains(layer.id) { return true }
            guard let created = Clock.parseRFC3339(layer.created), !overflow else { return false }
            return created.seconds <= oldest
        }.map(\.id)
    }

    /// The unusable layers, and those on top of them.
    private func damagedLayers(in problems: [StoreProblem]) -> Set<String> {
        var damaged: Set<String> = []
        for problem in problems where problem.remedy == .removal {
            if case .layer(let id) = problem.subject { damaged.insert(id) }
        }
        if damaged.isEmpty { return [] }
        for layer in layerTable.records {
            let chain = recordedChain(of: layer.id).map(\.id)
            if !damaged.isDisjoint(with: chain) { damaged.insert(layer.id) }
        }
        return damaged
    }

    // MARK: Images and containers

    private func imageProblems(upon damaged: Set<String>) throws -> [StoreProblem] {
        var problems: [StoreProblem] = []
        for image in imageTable.records {
            func add(_ text: String) { problems.append(StoreProblem(.image(image.id), "image \(image.id): \(text)")) }
            for layer in (image.topLayer.map { [$0] } ?? []) + image.mappedTopLayers {
                if try layerByID(layer) == nil {
                    add("its layer \(layer) is missing")
                } else if damaged.contains(layer) {
                    add("its layer \(layer) is damaged, or one below that")
                }
            }
            for name in image.bigDataNames {
                let path = "\(layout.imageDirectory(image.id))/\(try StoreLayout.bigDataFileName(name))"
                guard let bytes = try Files.readFileIfPresent(path) else {
                    add("its data \(name) is missing")
                    continue
                }
                let expected = image.bigDataDigests[name]
                // The digest of a signed manifest excludes the signature.
                if Int64(bytes.count) != image.bigDataSizes[name]
                    || !name.hasPrefix("manifest") && expected != Digest.sha256(of: bytes).description
                {
                    add("its data \(name) is not as recorded")
                }
            }
        }
        return problems
    }

    private func containerProblems(upon found: [StoreProblem]) throws -> [StoreProblem] {
        let layers = damagedLayers(in: found)
        let images = Set(found.map(\.subject))
        var problems: [StoreProblem] = []
        for container in containerTable.records {
            func add(_ text: String) {
                problems.append(StoreProblem(.container(container.id), "container \(container.id): \(text)"))
            }
            if try layerByID(container.layer) == nil {
                add("its layer \(container.layer) is missing")
            } else if layers.contains(container.layer) {
                add("its layer \(container.layer) is damaged, or one below that")
            }
            if !container.image.isEmpty {
                if try imageByID(container.image) == nil {
                    add("its image \(container.image) is missing")
                } else if images.contains(.image(container.image)) {
                    add("its image \(container.image) is damaged")
                }
            }
            for name in container.bigDataNames {
                let file = try StoreLayout.bigDataFileName(name)
                if !Files.exists("\(layout.containerDirectory(container.id))/\(file)") {
                    add("its data \(name) is missing")
                }
            }
        }
        return problems
    }

    /// Files that no record names.
    private func remains() throws -> [StoreProblem] {
        var problems: [StoreProblem] = []
        func add(_ what: String, _ id: String) {
            problems.append(StoreProblem(.remains(id), "\(what) \(id)", remedy: .mending))
        }
        let layers = Set(layerTable.records.map(\.id) + transientIDs(of: "layers"))
        for id in try storage.directories() where !layers.contains(id) { add("directory of an unknown layer", id) }
        let suffix = ".tar-split.gz"
        for entry in try Files.entries(ofDirectory: layout.layersDirectory) where entry.text.hasSuffix(suffix) {
            let id = String(entry.text.dropLast(suffix.count))
            if !layers.contains(id) { add("tar-split of an unknown layer", id) }
        }
        for entry in try Files.entries(ofDirectory: layout.imagesDirectory)
        where StoreLayout.isFullID(entry.text) && imageTable.record(id: entry.text) == nil {
            add("directory of an unknown image", entry.text)
        }
        let containers = Set(containerTable.records.map(\.id) + transientIDs(of: "containers"))
        for entry in try Files.entries(ofDirectory: layout.containersDirectory)
        where StoreLayout.isFullID(entry.text) && !containers.contains(entry.text) {
            add("directory of an unknown container", entry.text)
        }
        return problems
    }
}
