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
            try collectLayerFiles()
            let images = imageTable.hasFile ? Set(imageTable.records.map(\.id)) : nil
            for name in try names(in: layout.imagesDirectory) where isTemporary(name) || isOrphan(name, images) {
                try Files.removeTree("\(layout.imagesDirectory)/\(name)")
            }
            let containers =
                hasContainerRecords ? Set(containerTable.records.map(\.id) + transientIDs(of: "containers")) : nil
            for name in try names(in: layout.containersDirectory) {
                if isTemporary(name) {
                    try Files.removeTree("\(layout.containersDirectory)/\(name)")
                } else if isOrphan(name, containers) {
                    try removeContainerDirectories(name)
                }
            }
        }
    }

    private func collectLayerFiles() throws {
        let layers = layerTable.hasFile ? Set(layerTable.records.map(\.id) + transientIDs(of: "layers")) : nil
        for id in try storage.directories() where isOrphan(id, layers) { try removeLayerFiles(id) }
        try storage.sweep()
        let suffix = ".tar-split.gz"
        for name in try names(in: layout.layersDirectory) {
            let id = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
            if isTemporary(name) || isOrphan(id, layers) { try Files.removeTree("\(layout.layersDirectory)/\(name)") }
        }
    }

    /// Whether a file is named after an id that is not among those recorded; nil: the table itself is missing.
    private func isOrphan(_ name: String, _ recorded: Set<String>?) -> Bool {
        guard let recorded else { return false }
        return StoreLayout.isFullID(name) && !recorded.contains(name)
    }

    /// Whether there are images or containers but no table of them: the layers that the table referred to only seem
    /// unreferenced.
    func hasLostReferences() throws -> Bool {
        func hasData(_ directory: String) throws -> Bool {
            try names(in: directory).contains(where: StoreLayout.isFullID)
        }
        return try !imageTable.hasFile && hasData(layout.imagesDirectory)
            || !hasContainerRecords && hasData(layout.containersDirectory)
    }

    private func names(in directory: String) throws -> [String] {
        guard Files.exists(directory) else { return [] }
        return try Files.entries(ofDirectory: directory).map(\.text)
    }

    /// Whether it is a temporary file that was to replace another one.
    private func isTemporary(_ name: String) -> Bool { name.hasPrefix(".tmp-") }

    /// In a transient store, no record survives a reboot.
    private var hasContainerRecords: Bool { containerTable.hasFile || layout.isTransient }

    /// Tools can store records below the run root while the files are below the graph root, and others of the same
    /// store beside the files, depending on their configuration.
    func transientIDs(of kind: String) -> [String] {
        [layout.runRoot, layout.graphRoot].flatMap { root -> [String] in
            let path = "\(root)/\(layout.driver)-\(kind)/volatile-\(kind).json"
            guard let bytes = try? Files.readFileIfPresent(path), let value = try? JSONValue(parsing: bytes) else {
                return []
            }
            return (value.array ?? []).compactMap { $0["id"]?.string }
        }
    }
}
