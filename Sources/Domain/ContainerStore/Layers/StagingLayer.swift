package import LinuxSystem

/// A layer that is being filled, out of sight of everybody: on the store's file system, beside a lock that says that its
/// owner lives. It becomes a layer by `ContainerStore.register`; dropped or discarded, it goes without a trace.
///
/// `@unchecked Sendable`: the values never change, and `directory` looks after its own state.
package final class StagingLayer: @unchecked Sendable {
    /// The id of the layer below, at the time of staging.
    package let parent: String?
    /// The directory to fill: the changes only (overlay), or a whole file system that starts as the parent's (vfs).
    package let contentDirectory: String
    /// Mode and owner of the root directory as they were at the start: the parent's.
    package let initialRoot: FileStatus
    /// What to mount to run something upon the parent whose changes become the layer; nil for vfs, where that happens in
    /// `contentDirectory` itself.
    package let overlayMount: OverlayMount?
    /// Where to write the gzipped tar-split lines, if not handed over in memory. On the file system of their final place.
    package let tarSplitPath: String

    let directory: TemporaryDirectory
    /// What becomes the driver's directory of the layer.
    let prepared: String

    init(
        parent: String?, contentDirectory: String, initialRoot: FileStatus, overlayMount: OverlayMount?,
        tarSplitPath: String, directory: TemporaryDirectory, prepared: String
    ) {
        self.parent = parent
        self.contentDirectory = contentDirectory
        self.initialRoot = initialRoot
        self.overlayMount = overlayMount
        self.tarSplitPath = tarSplitPath
        self.directory = directory
        self.prepared = prepared
    }

    deinit {
        discard()
    }

    /// Removes everything at once. After `register`, and a second time, this does nothing.
    package func discard() {
        try? Files.removeTree(tarSplitPath)
        try? directory.remove()
    }
}
