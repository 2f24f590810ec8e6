import JSONText
import LinuxSystem

extension ContainerStore {
    /// Removes all files of the store that no record names: leftovers of processes of this or another tool that died at
    /// the wrong moment. Records are unchanged; layers to which no image refers stay too.
    ///
    /// By the format, with all locks held, a directory without a record is garbage: either the record is written first,
    /// or the lock is held until it is. Where a table's file is missing altogether, nothing of its kind is removed.
    package func collectGarbage() throws(StoreError) {
        try locked(layers: .exclusive, images: .exclusive, containers: .exclusive) {
            if layerTable.hasFile { try collectLayerFiles() }
            if imageTable.hasFile {
                try removeDirectories(in: layout.imagesDirectory, except: Set(imageTable.records.map(\.id)))
            }
            if containerTable.hasFile { try collectContainerFiles() }
        }
    }

    private func collectLayerFiles() throws {
        let layers = Set(layerTable.records.map(\.id) + transientIDs(of: "layers"))
        for id in try storage.directories() where !layers.contains(id) { try removeLayerFiles(id) }
        try storage.sweep()
        let suffix = ".tar-split.gz"
        for name in try names(in: layout.layersDirectory) {
            let id = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
            let isOrphan = StoreLayout.isFullID(id) && !layers.contains(id)
            if isOrphan || isTemporary(name) { try Files.removeTree("\(layout.layersDirectory)/\(name)") }
        }
    }

    private func collectContainerFiles() throws {
        let containers = Set(containerTable.records.map(\.id) + transientIDs(of: "containers"))
        for name in try names(in: layout.containersDirectory) {
            if StoreLayout.isFullID(name), !containers.contains(name) {
                try removeContainerDirectories(name)
            } else if isTemporary(name) {
                try Files.removeTree("\(layout.containersDirectory)/\(name)")
            }
        }
    }

    private func removeDirectories(in directory: String, except known: Set<String>) throws {
        for name in try names(in: directory) {
            if isTemporary(name) || StoreLayout.isFullID(name) && !known.contains(name) {
                try Files.removeTree("\(directory)/\(name)")
            }
        }
    }

    /// Whether there are images or containers but no table of them: the layers that the table referred to only seem
    /// unreferenced.
    func hasLostReferences() throws -> Bool {
        func hasData(_ directory: String) throws -> Bool {
            try names(in: directory).contains(where: StoreLayout.isFullID)
        }
        return try !imageTable.hasFile && hasData(layout.imagesDirectory)
            || !containerTable.hasFile && hasData(layout.containersDirectory)
    }

    private func names(in directory: String) throws -> [String] {
        guard Files.exists(directory) else { return [] }
        return try Files.entries(ofDirectory: directory).map(\.text)
    }

    /// Whether it is a temporary file that was to replace another one.
    private func isTemporary(_ name: String) -> Bool { name.hasPrefix(".tmp-") }

    /// Newer tools can store records below the run root while the files are below the graph root.
    func transientIDs(of kind: String) -> [String] {
        let path = "\(layout.runRoot)/\(layout.driver)-\(kind)/volatile-\(kind).json"
        guard let bytes = try? Files.readFileIfPresent(path), let value = try? JSONValue(parsing: bytes) else {
            return []
        }
        return (value.array ?? []).compactMap { $0["id"]?.string }
    }
}
