package import LinuxSystem

/// A layer that is being filled, invisible to others: on the store's file system, next to a lock which shows that its
/// owner is alive. `ContainerStore.register` turns it into a layer; if it is dropped or discarded, it vanishes without
/// a trace.
///
/// `@unchecked Sendable`: the values never change, and `directory` synchronizes its own state.
package final class StagingLayer: @unchecked Sendable {
    /// The id of the layer below, at the time of staging.
    package let parent: String?
    /// The directory to fill: the changes only (overlay), or a whole file system that starts as a copy of the parent's
    /// (vfs).
    package let contentDirectory: String
    /// Mode and owner that the root directory started with: the parent's.
    package let initialRoot: FileStatus
    /// The mount for running something on top of the parent whose changes become the layer; nil for vfs, where that
    /// happens in `contentDirectory` itself.
    package let overlayMount: OverlayMount?
    /// Where to write the gzipped tar-split data unless passed in memory. On the file system of its final location.
    package let tarSplitPath: String

    let directory: TemporaryDirectory
    /// The directory that becomes the driver's directory of the layer.
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

    /// Removes everything immediately. Does nothing after `register` or when called again.
    package func discard() {
        try? Files.removeTree(tarSplitPath)
        try? directory.remove()
    }
}
