package import ContainerStore
import LinuxSystem

/// Read-only access to the files of an image or a stage: mounted in this process's own mount namespace if the driver
/// stores layers separately.
package final class ReadOnlyRoot {
    /// The root directory.
    package let path: String
    private let isMounted: Bool

    /// - Parameter layer: the top layer; nil for an empty root.
    package init(of layer: String?, in store: ContainerStore) throws {
        if let layer {
            path = try store.mountLayer(layer, readOnly: true, isRecorded: false)
            isMounted = store.driver.holdsChangesOnly
        } else {
            path = "\(store.layout.ownRoom)/empty"
            try Files.makeDirectories(path, mode: 0o755)
            isMounted = false
        }
    }

    /// Unmounts. If the process dies before, the mount disappears with its namespace.
    package func close() {
        if isMounted { try? Mounts.unmount(path, detach: true) }
    }
}
