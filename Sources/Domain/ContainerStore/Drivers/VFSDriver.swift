import LinuxSystem

/// Layers as whole file systems (`vfs/dir/ID`), for systems whose kernel cannot combine directories. Copies share
/// extents if the file system supports that.
package struct VFSDriver: GraphDriver {
    /// `<graphroot>/vfs`.
    let home: String
    /// The graph roots of additional, read-only stores.
    let additionalStores: [String]

    package var name: String { "vfs" }
    package var holdsChangesOnly: Bool { false }
    package var usesUserAttributes: Bool { false }

    init(layout: StoreLayout, additionalStores: [String]) {
        home = layout.driverHome
        self.additionalStores = additionalStores
    }

    /// Creates the driver's directories.
    func setUp() throws(StoreError) {
        try StoreError.mapping {
            if !Files.exists("\(home)/dir") { try Files.makeDirectories("\(home)/dir", mode: 0o700) }
        }
    }

    package func layerDirectory(_ layer: String) -> String {
        let own = "\(home)/dir/\(layer)"
        if additionalStores.isEmpty || Files.exists(own) { return own }
        for store in additionalStores {
            let other = "\(store)/vfs/dir/\(layer)"
            if Files.exists(other) { return other }
        }
        return own
    }

    package func contentDirectory(_ layer: String) -> String { layerDirectory(layer) }

    package func contentDirectories(of layer: String) throws(StoreError) -> [String] {
        let directory = layerDirectory(layer)
        guard Files.exists(directory) else {
            throw StoreError(.corrupt, "layer \(layer) has no files in \(directory)", subject: layer)
        }
        return [directory]
    }

    package func overlayMount(of layer: String, readOnly: Bool) throws(StoreError) -> OverlayMount? { nil }

    /// A directory needs no mount.
    package func isMounted(_ layer: String) -> Bool { false }
}

extension VFSDriver: LayerStorage {
    func prepare(_ prepared: String, parent: String?) throws {
        if let parent {
            try TreeCopy(from: contentDirectories(of: parent)[0], to: prepared).run()
        } else {
            try Files.makeDirectory(prepared, mode: 0o755)
            try Files.changeMode(at: Files.currentDirectory, prepared, mode: 0o555)
        }
    }

    func preparedContent(_ prepared: String) -> String { prepared }

    func preparedMount(_ prepared: String, parent: String?) throws(StoreError) -> OverlayMount? { nil }

    func install(
        _ prepared: String, as layer: String, parent: String?, trash: () throws -> TemporaryDirectory
    ) throws {
        try remove(layer, trash: trash)
        try Files.rename(prepared, "\(home)/dir/\(layer)")
    }

    func remove(_ layer: String, trash: () throws -> TemporaryDirectory) throws {
        let place = "\(home)/dir/\(layer)"
        if Files.exists(place) { try trash().add(place) }
    }

    func removeInPlace(_ layer: String) throws {
        try Files.removeTree("\(home)/dir/\(layer)")
    }

    func mount(_ layer: String, readOnly: Bool, isVolatile: Bool) throws -> String {
        try contentDirectories(of: layer)[0]
    }

    func makeHomeMount() throws {}

    func removeHomeMount() throws {}

    func unmount(_ layer: String) throws {}

    func directories() throws -> [String] {
        guard Files.exists("\(home)/dir") else { return [] }
        return try Files.entries(ofDirectory: "\(home)/dir").map(\.text).filter(StoreLayout.isFullID)
    }

    func sweep() throws {}

    func hasContent(_ layer: String) -> Bool { Files.exists(layerDirectory(layer)) }

    func mend(_ layer: String, parent: String?) throws {}

    func problems(of layer: String, parent: String?) -> [String] {
        Files.exists(layerDirectory(layer)) ? [] : ["layer \(layer) has no files"]
    }
}
