package import ContainerStore

extension ManagedContainer {
    /// Mounts the container's files in this process's mount namespace, visible to all its processes.
    ///
    /// - Returns: the mount point.
    package func mount(in store: ContainerStore) throws -> String {
        if let root = definition.rootDirectory { return root }
        guard !isRunning else {
            throw ContainerError(.running, "container \(id) is running: its files are in use")
        }
        return try store.mountLayer(record.layer, readOnly: false)
    }

    /// Undoes one `mount`, or all. Returns whether there was one to undo.
    package func unmount(isForced: Bool, in store: ContainerStore) throws -> Bool {
        guard let known = try store.mountCount(of: record.layer), known.count > 0 else { return false }
        try store.unmountLayer(record.layer, force: isForced)
        return true
    }

    /// The mount point in this process's mount namespace; nil when not mounted.
    package func mountPoint(in store: ContainerStore) throws -> String? {
        guard let known = try store.mountCount(of: record.layer), known.count > 0 else { return nil }
        return !store.driver.holdsChangesOnly || store.driver.isMounted(record.layer) ? known.path : nil
    }
}
