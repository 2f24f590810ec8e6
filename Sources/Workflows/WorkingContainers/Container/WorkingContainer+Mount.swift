package import ContainerStore
import JSONText

extension WorkingContainer {
    /// Mounts the container's files in this process's mount namespace, visible to all processes in it.
    ///
    /// - Returns: the mount point.
    package mutating func mount(in store: ContainerStore) throws -> String {
        let path = try store.mountLayer(record.layer, readOnly: false)
        state["mountpoint"] = .string(path)
        try save(to: store)
        return path
    }

    /// Undoes one `mount`. Returns whether there was one.
    package mutating func unmount(in store: ContainerStore) throws -> Bool {
        guard let known = try store.mountCount(of: record.layer), known.count > 0 else { return false }
        if try !store.unmountLayer(record.layer), state["mountpoint"] != nil {
            state["mountpoint"] = nil
            try save(to: store)
        }
        return true
    }

    /// The mount point in this process's mount namespace; nil if the container is not mounted.
    package func mountPoint(in store: ContainerStore) throws -> String? {
        guard let known = try store.mountCount(of: record.layer), known.count > 0 else { return nil }
        return !store.driver.holdsChangesOnly || store.driver.isMounted(record.layer) ? known.path : nil
    }
}
