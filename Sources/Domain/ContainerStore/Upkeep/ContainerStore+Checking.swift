import ContentDigest
import LinuxSystem

extension ContainerStore {
    /// Looks for contradictions in the store's records and files, without changing anything; one line for each. File
    /// content is only read of images' data, not of layers.
    package func check() throws(StoreError) -> [String] {
        try locked(layers: .shared, images: .shared, containers: .shared) {
            try layerProblems() + imageProblems() + containerProblems() + remains()
        }
    }

    private func layerProblems() throws -> [String] {
        var problems: [String] = []
        for layer in layerTable.records {
            if layer.isIncomplete {
                problems.append("layer \(layer.id) is incomplete")
                continue
            }
            if let parent = layer.parent, try layerByID(parent) == nil {
                problems.append("layer \(layer.id) lies upon \(parent), which is missing")
                continue
            }
            if let diffID = layer.diffID, layer.names.isEmpty, layer.uidMap == nil,
                layer.id != LayerRecord.identifier(parent: layer.parent, diffID: diffID)
            {
                problems.append("layer \(layer.id) does not have the id that its content gives it")
            }
            problems += storage.problems(of: layer.id, parent: layer.parent)
        }
        return problems
    }

    private func imageProblems() throws -> [String] {
        var problems: [String] = []
        for image in imageTable.records {
            for layer in (image.topLayer.map { [$0] } ?? []) + image.mappedTopLayers where try layerByID(layer) == nil {
                problems.append("image \(image.id): its layer \(layer) is missing")
            }
            for name in image.bigDataNames {
                let path = "\(layout.imageDirectory(image.id))/\(try StoreLayout.bigDataFileName(name))"
                guard let bytes = try Files.readFileIfPresent(path) else {
                    problems.append("image \(image.id): its data \(name) is missing")
                    continue
                }
                let expected = image.bigDataDigests[name]
                // A signed manifest's digest leaves the signature out.
                if Int64(bytes.count) != image.bigDataSizes[name]
                    || !name.hasPrefix("manifest") && expected != Digest.sha256(of: bytes).description
                {
                    problems.append("image \(image.id): its data \(name) is not as recorded")
                }
            }
        }
        return problems
    }

    private func containerProblems() throws -> [String] {
        var problems: [String] = []
        for container in containerTable.records {
            if try layerByID(container.layer) == nil {
                problems.append("container \(container.id): its layer \(container.layer) is missing")
            }
            if !container.image.isEmpty, try imageByID(container.image) == nil {
                problems.append("container \(container.id): its image \(container.image) is missing")
            }
        }
        return problems
    }

    /// Files that no record names.
    private func remains() throws -> [String] {
        var problems: [String] = []
        for id in try storage.directories() where layerTable.record(id: id) == nil {
            problems.append("directory of an unknown layer \(id)")
        }
        let suffix = ".tar-split.gz"
        for entry in try Files.entries(ofDirectory: layout.layersDirectory) where entry.text.hasSuffix(suffix) {
            let id = String(entry.text.dropLast(suffix.count))
            if layerTable.record(id: id) == nil { problems.append("tar-split of an unknown layer \(id)") }
        }
        for entry in try Files.entries(ofDirectory: layout.imagesDirectory)
        where StoreLayout.isFullID(entry.text) && imageTable.record(id: entry.text) == nil {
            problems.append("directory of an unknown image \(entry.text)")
        }
        for entry in try Files.entries(ofDirectory: layout.containersDirectory)
        where StoreLayout.isFullID(entry.text) && containerTable.record(id: entry.text) == nil {
            problems.append("directory of an unknown container \(entry.text)")
        }
        return problems
    }
}
