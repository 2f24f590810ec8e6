package import ContainerStore
import Glibc
package import ImageLayers
import LinuxSystem
import StreamCompression

/// A writable root file system on top of a layer, for one step of a build: the step's changes become a layer without
/// being copied.
///
/// With the overlay driver the changes are collected in the staging layer's upper directory; with vfs the staging layer
/// is a full copy of its parent.
package final class WritableRoot {
    private let store: ContainerStore
    private let parent: String?
    private let staging: StagingLayer

    /// - Parameter parent: the parent layer; nil for none.
    package init(over parent: String?, in store: ContainerStore) throws {
        self.store = store
        self.parent = parent
        staging = try store.newStagingLayer(parent: parent)
    }

    /// The changes of a completed step.
    package enum Outcome: Sendable {
        case unchanged
        case layer(LayerRecord)
    }

    /// Calls `body` with the files, mounted in this process's own mount namespace if necessary.
    ///
    /// - Parameters:
    ///   - lendsMountPoints: whether the root also contains a sandbox's mount points. They come from a skeleton below
    ///     the image and are not in any layer.
    ///   - lendsRun: whether these include `/run` if the image lacks it: then a command cannot create it.
    ///   - targets: additional mount points; leftovers of creating them are removed.
    package func withFiles<T>(
        lendsMountPoints: Bool = false, lendsRun: Bool = true, targets: [String] = [],
        _ body: (_ root: String) throws -> T
    ) throws -> T {
        guard parent != nil || lendsMountPoints, var mount = try freshMount() else {
            return try body(staging.contentDirectory)
        }
        if lendsMountPoints {
            let hasRun = lendsRun || mount.lower.contains { Files.exists("\($0)/run") }
            mount.lower.append(try MountPointSkeleton.prepare(in: store.layout, hasRun: hasRun))
        }
        try mount.mount()
        let result: T
        do {
            result = try body(mount.target)
        } catch {
            try? Mounts.unmount(mount.target, detach: true)
            throw error
        }
        try Mounts.unmount(mount.target, detach: true)
        if lendsMountPoints { try MountPointSkeleton.removeRemains(of: mount, targets: targets) }
        return result
    }

    /// Calls `body` with an empty directory, whose files then become part of this root: directories are merged, anything
    /// else is replaced, and links of the root are not followed (`COPY --link`).
    ///
    /// - Parameters:
    ///   - isAlone: whether nothing else changes this root, so that the files can be its layer as they are.
    ///   - body: also receives a root with the users and groups of the parent layer.
    package func withIndependentFiles(
        isAlone: Bool, _ body: (_ files: String, _ accounts: String) throws -> Void
    ) throws {
        if isAlone, store.driver.holdsChangesOnly {
            let accounts = try ReadOnlyRoot(of: parent, in: store)
            defer { accounts.close() }
            return try body(staging.contentDirectory, accounts.path)
        }
        let draft = try store.newStagingLayer(parent: nil)
        defer { draft.discard() }
        try withFiles { files in
            try body(draft.contentDirectory, files)
            let root = try PathHandle(trusting: draft.contentDirectory)
            let selector = try CopySelector(root: root, named: draft.contentDirectory, filter: .everything) { _, _ in
                false
            }
            let copier = try FileCopier(from: root, to: files, attributes: CopyAttributes(), collision: .replace)
            for item in try selector.select(["."]).items { try copier.copy(item, to: []) }
            try copier.finish()
        }
    }

    /// The overlay with a new work directory: the kernel refuses one that a volatile mount has used.
    private func freshMount() throws -> OverlayMount? {
        guard var mount = staging.overlayMount else { return nil }
        if let work = mount.work { try Files.removeTree("\(work)/work") }
        mount.isVolatile = true
        return mount
    }

    /// Turns the changes into a layer of the store; without changes there is no layer, and the staging is discarded.
    ///
    /// - Parameters:
    ///   - modification: the modification times of the files, in the archive and in the layer.
    ///   - observer: sees the content of the layer, which does not come into being if it throws.
    package func commit(
        modification: ModificationTimes = .own, observer: (any LayerContentObserver)? = nil
    ) throws -> Outcome {
        let content: LayerMaker.Content =
            store.driver.holdsChangesOnly
            ? .overlayUpper(userXattr: store.driver.usesUserAttributes)
            : .wholeTree(parent: parent.map { store.driver.contentDirectory($0) })
        let facts = try staging.recordingTarSplit { tarSplit in
            try LayerMaker(
                directory: staging.contentDirectory, content: content,
                options: LayerMaker.Options(
                    modification: modification, parentRoot: staging.initialRoot, setsTimes: modification != .own,
                    observer: observer),
                tarSplit: tarSplit
            ).make()
        }
        guard facts.entryCount > 0 else {
            staging.discard()
            return .unchanged
        }
        return .layer(
            try store.register(
                staging, diffID: facts.diffID, diffSize: facts.size, tarSplit: .inStagedFile, uids: facts.uids,
                gids: facts.gids))
    }

    /// Discards all changes.
    package func discard() {
        staging.discard()
    }
}
