package import ContainersConfig
package import ImageModel
package import LinuxSystem

extension ContainerStore {
    /// Opens a store, making what is missing of it, and removes what processes that died have left behind.
    ///
    /// Without root the process must be in its user and mount namespace already.
    ///
    /// - Parameters:
    ///   - idMaps: the maps of the user namespace; identity for root.
    ///   - rootless: whether files are kept in a user namespace of an ordinary user.
    ///   - shortNames: what a name without registry may stand for, in order, besides `localhost/NAME`.
    ///   - isInterrupted: asked after a signal came while another process's lock was waited for.
    /// - Throws: ``StoreError``, of kind `driver` where the driver that is asked for cannot work there.
    package static func open(
        _ config: StorageConfig, idMaps: (uid: IDMapping, gid: IDMapping), rootless: Bool,
        shortNames: @escaping @Sendable (String) -> [ImageReference] = { _ in [] },
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) throws(StoreError) -> ContainerStore {
        let (layout, storage) = try chooseDriver(config, rootless: rootless)
        let store = ContainerStore(
            layout: layout, storage: storage,
            additionalStores: config.imageStores.map { AdditionalStore(graphRoot: $0, driver: layout.driver) },
            idMaps: idMaps, rootless: rootless, shortNames: shortNames, isInterrupted: isInterrupted)
        try StoreError.mapping { try store.makeDirectories() }
        do {
            try StoreError.mapping { try store.sweepAbandoned() }
        } catch {
            // Looking at a store, and making room in it, must be possible when nothing can be written.
            guard error.isUnwritable else { throw error }
        }
        return store
    }

    private static func chooseDriver(
        _ config: StorageConfig, rootless: Bool
    ) throws(StoreError) -> (StoreLayout, any LayerStorage) {
        let wanted = config.driver ?? driverInUse(below: config.graphRoot)
        let name = wanted ?? "overlay"
        let layout = StoreLayout(graphRoot: config.graphRoot, runRoot: config.runRoot, driver: name)
        try StoreError.mapping {
            for root in [config.graphRoot, config.runRoot] where !Files.exists(root) {
                try Files.makeDirectories(root, mode: 0o700)
            }
        }
        switch name {
        case "overlay":
            let driver = OverlayDriver(
                layout: layout, additionalStores: config.imageStores, userXattr: rootless,
                mountsHome: config.options["skip_mount_home"] != "true")
            do {
                try driver.setUp()
            } catch {
                guard wanted == nil, error.kind == .driver else { throw error }
                var other = config
                other.driver = "vfs"
                return try chooseDriver(other, rootless: rootless)
            }
            return (layout, driver)
        case "vfs":
            let driver = VFSDriver(layout: layout, additionalStores: config.imageStores)
            try driver.setUp()
            return (layout, driver)
        default:
            throw StoreError(.driver, "storage driver \"\(name)\" is not supported: use overlay or vfs", subject: name)
        }
    }

    /// The driver that has images in the store already.
    private static func driverInUse(below graphRoot: String) -> String? {
        ["overlay", "vfs"].first { Files.exists("\(graphRoot)/\($0)-images/images.json") }
    }

    private func makeDirectories() throws {
        let isFresh = !Files.exists(layout.imagesDirectory)
        let directories = [
            layout.layersDirectory, layout.imagesDirectory, layout.containersDirectory,
            "\(layout.runRoot)/\(layout.driver)-layers", "\(layout.runRoot)/\(layout.driver)-containers",
        ]
        for directory in directories where !Files.exists(directory) {
            try Files.makeDirectories(directory, mode: 0o700)
        }
        let locks = [graphLock, mountsLock, layerTable.lock, imageTable.lock, containerTable.lock]
        for lock in locks { try lock?.create() }
        if isFresh { try noteNetworkBackend() }
    }

    /// Podman 4 takes a store that has images, but no note of how its containers are connected, for one from the time
    /// before netavark. A store made here gets the note that Podman itself would give it.
    private func noteNetworkBackend() throws {
        let note = "\(layout.graphRoot)/defaultNetworkBackend"
        let helpers = ["/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman", "/usr/lib/podman"]
        let hasNetavark = helpers.contains { Files.exists("\($0)/netavark") }
        let hasPlugins = Files.exists("/usr/lib/cni") || Files.exists("/opt/cni/bin")
        guard hasNetavark || !hasPlugins, !Files.exists(note) else { return }
        try Files.replaceFile(note, with: Array("netavark".utf8), mode: 0o644, synchronize: false)
    }
}
