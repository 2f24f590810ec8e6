package import ContentDigest
import Glibc
import ImageLayers
import LinuxSystem

extension ContainerStore {
    /// Begins a layer on top of `parent` (nil: a base layer). With overlay the parent can be specified later: see
    /// `LayerRegistration.Parent`; `overlayMount` does not include such a parent.
    ///
    /// - Throws: `notFound` if there is no such parent.
    package func newStagingLayer(parent: String?) throws(StoreError) -> StagingLayer {
        if let parent {
            guard try claimLayer(parent) else {
                throw StoreError(.notFound, "no layer \(parent)", subject: parent)
            }
        }
        return try StoreError.mapping { try stage(upon: parent) }
    }

    /// Makes the layer visible under the id derived from its position in the chain. If a layer with that id already
    /// exists, it is returned instead, and the staged one is discarded.
    ///
    /// Atomic: whatever happens, afterwards there is either the whole layer or none.
    @discardableResult
    package func register(
        _ staging: StagingLayer, diffID: Digest, diffSize: Int64, tarSplit: LayerRegistration.TarSplit = .none,
        uids: [UInt32] = [], gids: [UInt32] = [], compressed: LayerRegistration.CompressedArchive? = nil
    ) throws(StoreError) -> LayerRecord {
        let registration = LayerRegistration(
            staging: staging, diffID: diffID, diffSize: diffSize, tarSplit: tarSplit, uids: uids, gids: gids,
            compressed: compressed)
        return try register([registration])[0]
    }

    /// Registers several layers at once, in this order, with one write of the records: all or none.
    package func register(_ batch: [LayerRegistration]) throws(StoreError) -> [LayerRecord] {
        let records = try locked(layers: .exclusive) {
            var records: [LayerRecord] = []
            var installed: [String] = []
            do {
                for registration in batch {
                    let (record, isNew) = try install(registration, previous: records.last?.id)
                    records.append(record)
                    if isNew { installed.append(record.id) }
                }
                if behaviour.synchronizesLayers, !installed.isEmpty {
                    try OwnedFD.open(layout.graphRoot, O_RDONLY | O_DIRECTORY).synchronizeFileSystem()
                }
                try layerTable.save()
            } catch {
                for id in installed { try? removeLayerFiles(id) }
                throw error
            }
            return records
        }
        // Outside the locks: if a layer already existed, removing the staged tree may take long.
        for registration in batch { registration.staging.discard() }
        return records
    }

    // MARK: Steps

    func stage(upon parent: String?) throws -> StagingLayer {
        let directory = try TemporaryDirectory.make(in: layout.temporaryDirectories)
        // There may be many files, unrelated to those of other layers. The file system chooses their location by the
        // directory's name.
        Files.spreadSubdirectories(of: directory.path)
        let prepared = "\(directory.path)/layer-\(directory.token)"
        try storage.prepare(prepared, parent: parent)
        let content = storage.preparedContent(prepared)
        return StagingLayer(
            parent: parent, contentDirectory: content, initialRoot: try Files.status(content),
            overlayMount: try storage.preparedMount(prepared, parent: parent),
            tarSplitPath: "\(try stagingDirectory())/\(directory.token)", directory: directory, prepared: prepared)
    }

    private func stagingDirectory() throws -> String {
        if !Files.exists(layout.staging) { try Files.makeDirectories(layout.staging, mode: 0o700) }
        return layout.staging
    }

    /// Moves one layer into place and adds its record to the table, unsaved. Requires the lock for writing.
    private func install(
        _ registration: LayerRegistration, previous: String?
    ) throws -> (record: LayerRecord, isNew: Bool) {
        let staging = registration.staging
        let parent: String? =
            switch registration.parent {
            case .asStaged: staging.parent
            case .previous: previous
            case .layer(let id): id
            }
        if let parent, try layerByID(parent) == nil {
            throw StoreError(.notFound, "the parent layer \(parent) no longer exists", subject: parent)
        }
        if !storage.holdsChangesOnly, parent != staging.parent {
            throw StoreError(.driver, "a layer of the vfs driver cannot change its parent", subject: parent ?? "")
        }
        let id = LayerRecord.identifier(parent: parent, diffID: registration.diffID)
        try journal().note(.layer, id)
        if let existing = try layerByID(id) { return (existing, false) }
        if parent != staging.parent { try matchRoot(of: staging, to: parent) }
        if driver.holdsChangesOnly {
            try registration.settlement.settle(
                staging.contentDirectory, upon: parent.map { try driver.contentDirectories(of: $0) } ?? [],
                style: .overlay(userXattr: driver.usesUserAttributes))
        }
        try place(registration.tarSplit, of: staging, as: id)
        try storage.install(staging.prepared, as: id, parent: parent, trash: trashDirectory)
        let record = Self.record(id: id, parent: parent, registration)
        try OwnLayers(layout).add([record] + recordedChain(of: parent))
        layerTable.put(record)
        return (record, true)
    }

    /// An unmodified root directory gets the mode and owner of its new parent's.
    private func matchRoot(of staging: StagingLayer, to parent: String?) throws {
        guard let parent else { return }
        let now = try Files.status(staging.contentDirectory)
        let start = staging.initialRoot
        guard now.mode == start.mode, now.uid == start.uid, now.gid == start.gid else { return }
        let wanted = try Files.status(storage.contentDirectory(parent))
        let content = staging.contentDirectory
        if now.uid != wanted.uid || now.gid != wanted.gid {
            try Files.changeOwner(at: Files.currentDirectory, content, uid: wanted.uid, gid: wanted.gid)
        }
        try Files.changeMode(at: Files.currentDirectory, content, mode: wanted.permissions)
    }

    private func place(_ tarSplit: LayerRegistration.TarSplit, of staging: StagingLayer, as id: String) throws {
        let place = layout.tarSplit(id)
        switch tarSplit {
        case .none:
            // A directory without a record belongs to a dead process.
            try Files.removeTree(place)
        case .gzipped(let bytes):
            try Files.replaceFile(place, with: bytes, synchronize: false)
        case .inStagedFile:
            try Files.changeMode(at: Files.currentDirectory, staging.tarSplitPath, mode: 0o600)
            try Files.rename(staging.tarSplitPath, place)
        }
    }

    private static func record(id: String, parent: String?, _ registration: LayerRegistration) -> LayerRecord {
        var record = LayerRecord(id: id, parent: parent, created: Clock.rfc3339(Clock.now()))
        record.diffID = registration.diffID
        record.diffSize = registration.diffSize
        record.compressedDigest = registration.compressed?.digest ?? registration.diffID
        record.compressedSize = registration.compressed?.size ?? registration.diffSize
        record.compression = registration.compressed?.compression ?? 0
        record.uids = registration.uids
        record.gids = registration.gids
        return record
    }
}
