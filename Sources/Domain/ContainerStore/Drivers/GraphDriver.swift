/// How the directories of layers are laid out and put together.
package protocol GraphDriver: Sendable {
    /// `overlay` or `vfs`.
    var name: String { get }
    /// Whether a layer's directory holds only what the layer changes (overlay), not a whole file system (vfs). Only then
    /// can layers be filled before the ones below them are there.
    var holdsChangesOnly: Bool { get }
    /// Whether overlay attributes are in the `user.` namespace (rootless) instead of the `trusted.` one.
    var usesUserAttributes: Bool { get }

    /// Everything the driver keeps of a layer: a directory of this store, or of an additional one that has the layer.
    func layerDirectory(_ layer: String) -> String

    /// The directory of a layer's files: its changes only, or its whole file system.
    func contentDirectory(_ layer: String) -> String

    /// The directories of the files of a layer and of those below it, absolute, nearest first. One for vfs.
    func contentDirectories(of layer: String) throws(StoreError) -> [String]

    /// What to mount to see the layer upon those below it: writable in its own directory, or only readable.
    ///
    /// nil for vfs, whose content directory is that view already.
    func overlayMount(of layer: String, readOnly: Bool) throws(StoreError) -> OverlayMount?

    /// Whether the layer's mount point is mounted in this process's mount namespace.
    func isMounted(_ layer: String) -> Bool
}

/// What the store itself asks of a driver.
protocol LayerStorage: GraphDriver {
    /// Makes the skeleton of a layer upon `parent` in the new directory `prepared`.
    func prepare(_ prepared: String, parent: String?) throws

    /// The directory of the files in a skeleton.
    func preparedContent(_ prepared: String) -> String

    /// What to mount to fill a skeleton upon `parent`; nil for vfs.
    func preparedMount(_ prepared: String, parent: String?) throws(StoreError) -> OverlayMount?

    /// Makes the skeleton with all it holds the layer `layer`. Whatever has that place is moved to `trash`.
    func install(_ prepared: String, as layer: String, parent: String?, trash: () throws -> TemporaryDirectory) throws

    /// Takes the layer's files away into `trash`. A missing layer is fine.
    func remove(_ layer: String, trash: () throws -> TemporaryDirectory) throws

    /// Removes the layer's files where they are, for when there is no room for a trash directory. A missing layer is
    /// fine.
    func removeInPlace(_ layer: String) throws

    /// Mounts the layer at its own mount point and gives that.
    func mount(_ layer: String, readOnly: Bool, isVolatile: Bool) throws -> String

    /// Makes the driver's directory ready for mounts that other processes shall see, as the format's own tools do.
    func makeHomeMount() throws

    /// Undoes that, when nothing is mounted any more.
    func removeHomeMount() throws

    /// Unmounts the layer's mount point if it is mounted in this mount namespace.
    func unmount(_ layer: String) throws

    /// The ids of all layers that have a directory.
    func directories() throws -> [String]

    /// Removes what belongs to no layer's directory; no other process is changing layers.
    func sweep() throws

    /// Whether the layer's files are there.
    func hasContent(_ layer: String) -> Bool

    /// Puts right what `problems` finds in the directory of a layer whose files are there.
    func mend(_ layer: String, parent: String?) throws

    /// What is wrong with the layer's directory, for `check`.
    func problems(of layer: String, parent: String?) -> [String]
}
