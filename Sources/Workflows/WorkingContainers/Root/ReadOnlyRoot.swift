package import ContainerStore
import LinuxSystem

/// The files of an image or a stage, to be read: mounted in this process's own mount namespace where the driver keeps
/// layers apart.
package final class ReadOnlyRoot {
    /// The root directory.
    package let path: String
    private let isMounted: Bool

    /// - Parameter layer: the uppermost layer; nil stands for an empty root.
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

    /// Unmounts. A process that dies before leaves no mount behind, since its namespace dies with it.
    package func close() {
        if isMounted { try? Mounts.unmount(path, detach: true) }
    }
}
