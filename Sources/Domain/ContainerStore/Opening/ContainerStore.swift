import ImageModel
package import LinuxSystem

/// Images, layers and containers on disk, in the format of containers/storage, shared with Podman and Buildah.
///
/// Every call takes the format's locks for as long as it needs, so that the other tools can work on the store at the
/// same time, and sees what they have changed. Calls may come from any thread; they follow one another. Whatever call a
/// process dies in, the store stays consistent, and the next one to open it removes what was begun.
///
/// `@unchecked Sendable`: everything that changes is only touched inside `locked`, which one thread at a time enters.
package final class ContainerStore: @unchecked Sendable {
    /// Where everything lies.
    package let layout: StoreLayout
    /// How layers are laid out.
    package var driver: any GraphDriver { storage }
    /// The map of user ids in which files lie on disk.
    package let uidMap: IDMapping
    /// The same for groups.
    package let gidMap: IDMapping
    /// Whether the process works in a user namespace of an ordinary user.
    package let isRootless: Bool

    let storage: any LayerStorage
    let graphLock: LockFile
    let mountsLock: LockFile
    let layerTable: RecordTable<LayerRecord>
    let imageTable: RecordTable<ImageRecord>
    let containerTable: RecordTable<ContainerRecord>
    let additionalStores: [AdditionalStore]
    /// What a short image name may stand for, in order.
    let shortNames: @Sendable (String) -> [ImageReference]

    let gate = RecursiveLock()
    var session: StoreSession?
    /// Takes what the current outermost call removes; emptied after its locks are released.
    var trash: TemporaryDirectory?
    var depth = 0

    init(
        layout: StoreLayout, storage: any LayerStorage, additionalStores: [AdditionalStore],
        idMaps: (uid: IDMapping, gid: IDMapping), rootless: Bool,
        shortNames: @escaping @Sendable (String) -> [ImageReference], isInterrupted: @escaping @Sendable () -> Bool
    ) {
        self.layout = layout
        self.storage = storage
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

    deinit {
        close()
    }

    /// Ends this process's work on the store: layers that it registered and that nothing refers to go. Calling it again,
    /// or calling others afterwards, is harmless; `deinit` does it too.
    package func close() {
        gate.locked {
            guard let session else { return }
            let settled = (try? settle(session.entries, of: session.path)) != nil
            self.session = nil
            session.end(settled: settled)
        }
    }
}
