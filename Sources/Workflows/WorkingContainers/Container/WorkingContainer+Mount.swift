package import ContainerStore
import JSONText

extension WorkingContainer {
    /// Mounts the container's files in this process's mount namespace, so that every process there sees them.
    ///
    /// - Returns: where.
    package mutating func mount(in store: ContainerStore) throws -> String {
        let path = try store.mountLayer(record.layer, readOnly: false)
        state["mountpoint"] = .string(path)
        try save(to: store)
        return path
    }

    /// Undoes one `mount`. Says whether there was one to undo.
    package mutating func unmount(in store: ContainerStore) throws -> Bool {
        guard let known = try store.mountCount(of: record.layer), known.count > 0 else { return false }
        if try !store.unmountLayer(record.layer), state["mountpoint"] != nil {
            state["mountpoint"] = nil
            try save(to: store)
        }
        return true
    }

    /// Where the container is mounted in this process's mount namespace; nil where it is not.
    package func mountPoint(in store: ContainerStore) throws -> String? {
        guard let known = try store.mountCount(of: record.layer), known.count > 0 else { return nil }
        return !store.driver.holdsChangesOnly || store.driver.isMounted(record.layer) ? known.path : nil
    }
}
