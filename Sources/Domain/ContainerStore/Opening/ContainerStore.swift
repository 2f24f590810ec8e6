import ImageModel
package import LinuxSystem

/// Images, layers and containers on disk, in the format of containers/storage, shared with Podman and Buildah.
///
/// Each call holds the format's locks for as long as it needs them, so other tools can work on the store concurrently,
/// and sees their changes. Calls may come from any thread and are serialized. If a process dies during a call, the
/// store stays consistent, and the next process to open it removes whatever is unfinished.
///
/// `@unchecked Sendable`: mutable state is only accessed inside `locked`, which admits one thread at a time.
package final class ContainerStore: @unchecked Sendable {
    /// The paths of the store.
    package let layout: StoreLayout
    /// The driver that stores the layers.
    package var driver: any GraphDriver { storage }
    /// The map of user ids for files on disk.
    package let uidMap: IDMapping
    /// The map of group ids for files on disk.
    package let gidMap: IDMapping
    /// Whether the process runs in an ordinary user's user namespace.
    package let isRootless: Bool

    let storage: any LayerStorage
    let behaviour: Behaviour
    let graphLock: LockFile
    let mountsLock: LockFile
    let layerTable: RecordTable<LayerRecord>
    let imageTable: RecordTable<ImageRecord>
    let containerTable: RecordTable<ContainerRecord>
    let additionalStores: [AdditionalStore]
    /// The candidates for a short image name, in order.
    let shortNames: @Sendable (String) -> [ImageReference]

    let gate = RecursiveLock()
    var session: StoreSession?
    /// Collects what the current outermost call removes; emptied after its locks are released.
    var trash: TemporaryDirectory?
    var depth = 0

    init(
        layout: StoreLayout, storage: any LayerStorage, additionalStores: [AdditionalStore],
        behaviour: Behaviour, idMaps: (uid: IDMapping, gid: IDMapping), rootless: Bool,
        shortNames: @escaping @Sendable (String) -> [ImageReference], isInterrupted: @escaping @Sendable () -> Bool
    ) {
        self.layout = layout
        self.storage = storage
        self.behaviour = behaviour
        self.additionalStores = additionalStores
        uidMap = idMaps.uid
        gidMap = idMaps.gid
        isRootless = rootless
        self.shortNames = shortNames
        graphLock = LockFile(path: layout.storageLock, isInterrupted: isInterrupted)
        mountsLock = LockFile(path: layout.mountsLock, isInterrupted: isInterrupted)
        layerTable = RecordTable(
            lock: LockFile(path: layout.layersLock, isInterrupted: isInterrupted), path: layout.layersFile,
            volatilePath: layout.volatileLayersFile, reserve: SpaceReserve(path: layout.reserve(for: "layers")))
        imageTable = RecordTable(
            lock: LockFile(path: layout.imagesLock, isInterrupted: isInterrupted), path: layout.imagesFile,
            reserve: SpaceReserve(path: layout.reserve(for: "images")))
        containerTable = RecordTable(
            lock: LockFile(path: layout.containersLock, isInterrupted: isInterrupted), path: layout.containersFile,
            volatilePath: layout.volatileContainersFile,
            reserve: SpaceReserve(path: layout.reserve(for: "containers")))
    }

    /// What the configuration decides about layers.
    struct Behaviour: Sendable {
        /// Whether files of owners that are not mapped belong to the user instead.
        var ignoresUnmappedOwners = false
        /// Whether a layer is on disk before its record is.
        var synchronizesLayers = false
    }

    deinit {
        close()
    }

    /// Ends this process's work on the store: removes layers that it registered and that nothing refers to. Calling it
    /// again, or calling other methods afterwards, is harmless; `deinit` calls it too.
    package func close() {
        gate.locked {
            guard let session else { return }
            let settled = (try? settle(session.entries, of: session.path)) != nil
            self.session = nil
            session.end(settled: settled)
        }
    }
}
