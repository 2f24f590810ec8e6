package import ContainerStore
import Glibc
package import ImageLayers
import LinuxSystem
import StreamCompression

/// A writable root file system over a layer, for one step of a build: what the step changes becomes a layer,
/// without a copy.
///
/// With the overlay driver the changes gather in the staging layer's upper directory; with vfs the staging layer is a
/// whole copy of its parent.
package final class WritableRoot {
    private let store: ContainerStore
    private let parent: String?
    private let staging: StagingLayer

    /// - Parameter parent: the layer to begin upon; nil for nothing.
    package init(over parent: String?, in store: ContainerStore) throws {
        self.store = store
        self.parent = parent
        staging = try store.newStagingLayer(parent: parent)
    }

    /// What changed, once a step has ended.
    package enum Outcome: Sendable {
        case unchanged
        case layer(LayerRecord)
    }

    /// Lets `body` work on the files, mounted in this process's own mount namespace where a mount is needed.
    ///
    /// - Parameters:
    ///   - lendsMountPoints: whether the root also has the places that a sandbox mounts upon. They come from a skeleton
    ///     below the image and are in no layer.
    ///   - targets: further paths that are mounted upon; what making them leaves behind is taken away.
    package func withFiles<T>(
        lendsMountPoints: Bool = false, targets: [String] = [], _ body: (_ root: String) throws -> T
    ) throws -> T {
        guard parent != nil || lendsMountPoints, var mount = try freshMount() else {
            return try body(staging.contentDirectory)
        }
        if lendsMountPoints { mount.lower.append(try MountPointSkeleton.prepare(in: store.layout)) }
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

    /// The overlay with a work directory as if it was never used: one that a volatile mount has used is refused.
    private func freshMount() throws -> OverlayMount? {
        guard var mount = staging.overlayMount else { return nil }
        if let work = mount.work { try Files.removeTree("\(work)/work") }
        mount.isVolatile = true
        return mount
    }

    /// Turns the changes into a layer of the store; nothing changed means no layer, and the staging is dropped.
    ///
    /// - Parameter modification: the files' times in the archive.
    package func commit(modification: ModificationTimes = .own) throws -> Outcome {
        let content: LayerMaker.Content =
            store.driver.holdsChangesOnly
            ? .overlayUpper(userXattr: store.driver.usesUserAttributes)
            : .wholeTree(parent: parent.map { store.driver.contentDirectory($0) })
        let facts = try staging.recordingTarSplit { tarSplit in
            try LayerMaker(
                directory: staging.contentDirectory, content: content,
                options: LayerMaker.Options(modification: modification, parentRoot: staging.initialRoot),
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

    /// Drops everything that changed.
    package func discard() {
        staging.discard()
    }
}
