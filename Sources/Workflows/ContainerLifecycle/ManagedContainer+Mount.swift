package import ContainerStore

extension ManagedContainer {
    /// Mounts the container's files in this process's mount namespace, so that every process there sees them.
    ///
    /// - Returns: where.
    package func mount(in store: ContainerStore) throws -> String {
        if let root = definition.rootDirectory { return root }
        guard !isRunning else {
            throw ContainerError(.running, "container \(id) is running: its files are in use elsewhere")
        }
        return try store.mountLayer(record.layer, readOnly: false)
    }

    /// Undoes one `mount`, or all. Says whether there was one to undo.
    package func unmount(isForced: Bool, in store: ContainerStore) throws -> Bool {
        guard let known = try store.mountCount(of: record.layer), known.count > 0 else { return false }
        try store.unmountLayer(record.layer, force: isForced)
        return true
    }

    /// Where the container is mounted in this process's mount namespace; nil where it is not.
    package func mountPoint(in store: ContainerStore) throws -> String? {
        guard let known = try store.mountCount(of: record.layer), known.count > 0 else { return nil }
        return !store.driver.holdsChangesOnly || store.driver.isMounted(record.layer) ? known.path : nil
    }
}
