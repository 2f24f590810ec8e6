/// How layers' directories are stored and combined.
package protocol GraphDriver: Sendable {
    /// `overlay` or `vfs`.
    var name: String { get }
    /// Whether a layer's directory holds only the layer's changes (overlay) instead of a whole file system (vfs). Only
    /// then can layers be filled before their parents exist.
    var holdsChangesOnly: Bool { get }
    /// Whether overlay attributes are in the `user.` namespace (rootless) instead of the `trusted.` one.
    var usesUserAttributes: Bool { get }

    /// The directory with all data of a layer, in this store or in an additional one.
    func layerDirectory(_ layer: String) -> String

    /// The directory of a layer's files: only its changes, or its whole file system.
    func contentDirectory(_ layer: String) -> String

    /// The absolute paths of the directories with a layer's files and those of its parents, nearest first. One for vfs.
    func contentDirectories(of layer: String) throws(StoreError) -> [String]

    /// The mount that shows the layer on top of its parents: writable in its own directory, or read-only.
    ///
    /// nil for vfs, whose content directory already is that.
    func overlayMount(of layer: String, readOnly: Bool) throws(StoreError) -> OverlayMount?

    /// Whether the layer's mount point is mounted in this process's mount namespace.
    func isMounted(_ layer: String) -> Bool
}

/// The operations of a driver that are internal to the store.
protocol LayerStorage: GraphDriver {
    /// Creates the skeleton of a layer on top of `parent` in the new directory `prepared`.
    func prepare(_ prepared: String, parent: String?) throws

    /// The directory of the files in a skeleton.
    func preparedContent(_ prepared: String) -> String

    /// The mount for filling a skeleton on top of `parent`; nil for vfs.
    func preparedMount(_ prepared: String, parent: String?) throws(StoreError) -> OverlayMount?

    /// Turns the skeleton with its contents into the layer `layer`. Whatever is in its place is moved to `trash`.
    func install(_ prepared: String, as layer: String, parent: String?, trash: () throws -> TemporaryDirectory) throws

    /// Moves the layer's files to `trash`. A missing layer is ignored.
    func remove(_ layer: String, trash: () throws -> TemporaryDirectory) throws

    /// Removes the layer's files in place, for when there is no space for a trash directory. A missing layer is
    /// ignored.
    func removeInPlace(_ layer: String) throws

    /// Mounts the layer at its own mount point and returns that.
    func mount(_ layer: String, readOnly: Bool, isVolatile: Bool) throws -> String

    /// Prepares the driver's directory for mounts visible to other processes, like the format's own tools.
    func makeHomeMount() throws

    /// Undoes that once nothing is mounted any more.
    func removeHomeMount() throws

    /// Unmounts the layer's mount point if it is mounted in this mount namespace.
    func unmount(_ layer: String) throws

    /// The ids of all layers that have a directory.
    func directories() throws -> [String]

    /// Removes what belongs to no layer's directory. No other process may be changing layers.
    func sweep() throws

    /// Whether the layer's files exist.
    func hasContent(_ layer: String) -> Bool

    /// Repairs what `problems` finds in the directory of a layer whose files exist.
    func mend(_ layer: String, parent: String?) throws

    /// What is wrong with the layer's directory, for `check`.
    func problems(of layer: String, parent: String?) -> [String]
}
