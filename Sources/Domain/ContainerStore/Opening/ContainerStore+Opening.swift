package import ContainersConfig
package import ImageModel
package import LinuxSystem

extension ContainerStore {
    /// Opens a store, creating what is missing, and removes what dead processes left behind.
    ///
    /// Without root, the process must already be in its user and mount namespace.
    ///
    /// - Parameters:
    ///   - idMaps: the id maps of the user namespace; identity for root.
    ///   - rootless: whether files belong to an ordinary user's user namespace.
    ///   - shortNames: the candidates for a name without registry, in order, besides `localhost/NAME`.
    ///   - isInterrupted: called after a signal while waiting for another process's lock.
    /// - Throws: ``StoreError``, of kind `driver` when the requested driver cannot work there.
    package static func open(
        _ config: StorageConfig, idMaps: (uid: IDMapping, gid: IDMapping), rootless: Bool,
        shortNames: @escaping @Sendable (String) -> [ImageReference] = { _ in [] },
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) throws(StoreError) -> ContainerStore {
        let (layout, storage) = try chooseDriver(config, rootless: rootless)
        let store = ContainerStore(
            layout: layout, storage: storage,
            additionalStores: config.imageStores.map { AdditionalStore(graphRoot: $0, driver: layout.driver) },
            behaviour: ContainerStore.Behaviour(
                ignoresUnmappedOwners: config.ignoresUnmappedOwners, synchronizesLayers: config.synchronizesLayers),
            idMaps: idMaps, rootless: rootless, shortNames: shortNames, isInterrupted: isInterrupted)
        try StoreError.mapping { try store.makeDirectories() }
        do {
            try StoreError.mapping { try store.sweepAbandoned() }
        } catch {
            // Reading a store and freeing space in it must be possible when nothing can be written.
            guard error.isUnwritable else { throw error }
        }
        return store
    }

    private static func chooseDriver(
        _ config: StorageConfig, rootless: Bool
    ) throws(StoreError) -> (StoreLayout, any LayerStorage) {
        let wanted = config.driver ?? driverInUse(below: config.graphRoot)
        let name = wanted ?? config.driverPriority.first ?? StorageConfig.supportedDrivers[0]
        let layout = StoreLayout(
            graphRoot: config.graphRoot, runRoot: config.runRoot, driver: name, isTransient: config.isTransient)
        for root in [config.graphRoot, config.runRoot] where !Files.exists(root) {
            do throws(LinuxError) {
                try Files.makeDirectories(root, mode: 0o700)
            } catch {
                throw StoreError(.io, "the store's directory \(root) cannot be made", subject: root, cause: error)
            }
        }
        switch name {
        case "overlay":
            let driver = OverlayDriver(
                layout: layout, additionalStores: config.imageStores, userXattr: rootless,
                mountsHome: !config.skipsHomeMount, restrictions: config.mountRestrictions)
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

    /// The driver that already has images in the store.
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

    /// Podman 4 assumes that a store with images but without a record of its network backend predates netavark. A store
    /// created here gets the record that Podman itself would write.
    private func noteNetworkBackend() throws {
        let note = "\(layout.graphRoot)/defaultNetworkBackend"
        let helpers = ["/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman", "/usr/lib/podman"]
        let hasNetavark = helpers.contains { Files.exists("\($0)/netavark") }
        let hasPlugins = Files.exists("/usr/lib/cni") || Files.exists("/opt/cni/bin")
        guard hasNetavark || !hasPlugins, !Files.exists(note) else { return }
        try Files.replaceFile(note, with: Array("netavark".utf8), mode: 0o644, synchronize: false)
    }
}
