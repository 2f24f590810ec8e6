import JSONText
import LinuxSystem

extension ContainerStore {
    /// Mounts a layer in this process's mount namespace and returns the directory; with vfs, the layer's own.
    ///
    /// - Parameters:
    ///   - isRecorded: whether the mount is counted in `mountpoints.json`, like Buildah's and Podman's: however often
    ///     it is requested, a layer is mounted once, and must be unmounted as often. A mount that only this process and
    ///     its children see should not be recorded; its user unmounts it, or lets the namespace end.
    ///   - isVolatile: whether changes need not survive a system crash, which spares the kernel syncs.
    package func mountLayer(
        _ id: String, readOnly: Bool, isRecorded: Bool = true, isVolatile: Bool = false
    ) throws(StoreError) -> String {
        try locked(storage: isRecorded ? .exclusive : nil, layers: isRecorded ? .exclusive : .shared) {
            guard let record = try layerByID(id) else { throw StoreError(.notFound, "no layer \(id)", subject: id) }
            guard readOnly || !record.isReadOnly else {
                throw StoreError(.readOnly, "layer \(id) is in an additional store, which is only read", subject: id)
            }
            guard isRecorded, !record.isReadOnly else {
                return try storage.mount(id, readOnly: readOnly, isVolatile: isVolatile)
            }
            return try changingMounts { mounts in
                if let known = mounts[id], known.count > 0, isStillMounted(known, layer: id) {
                    mounts[id] = MountRecord(path: known.path, count: known.count + 1)
                    return known.path
                }
                try storage.makeHomeMount()
                let path = try storage.mount(id, readOnly: readOnly, isVolatile: isVolatile)
                mounts[id] = MountRecord(path: path, count: 1)
                return path
            }
        }
    }

    /// Undoes one recorded mount of a layer, or with `force` all. Returns whether the layer is still mounted.
    @discardableResult
    package func unmountLayer(_ id: String, force: Bool = false) throws(StoreError) -> Bool {
        try locked(storage: .exclusive, layers: .exclusive) {
            try changingMounts { mounts in
                if let known = mounts[id], known.count > 1, !force {
                    mounts[id] = MountRecord(path: known.path, count: known.count - 1)
                    return true
                }
                try storage.unmount(id)
                mounts[id] = nil
                if mounts.records.isEmpty {
                    // Makes other processes check the home mount again before they mount something.
                    try graphLock.touch()
                    try storage.removeHomeMount()
                }
                return false
            }
        }
    }

    /// How often a layer is mounted, and where, as recorded by any process.
    package func mountCount(of layer: String) throws(StoreError) -> (count: Int64, path: String)? {
        try locked(layers: .shared) {
            try mountsLock.acquire(.shared)
            defer { mountsLock.release() }
            return try MountTable.read(layout.mountsFile).records[layer].map { ($0.count, $0.path) }
        }
    }

    /// The layers recorded as mounted by any process. Requires the lock of layers.
    func mountedLayers() throws -> [String] {
        guard Files.exists(layout.mountsFile) else { return [] }
        try mountsLock.acquire(.shared)
        defer { mountsLock.release() }
        return try MountTable.read(layout.mountsFile).records.filter { $0.value.count > 0 }.map(\.key)
    }

    /// The mount that shows a layer, usable in any mount namespace; nil for vfs, whose content directory already is
    /// that.
    package func overlayMount(of layer: String, readOnly: Bool) throws(StoreError) -> OverlayMount? {
        try storage.overlayMount(of: layer, readOnly: readOnly)
    }

    private func isStillMounted(_ known: MountRecord, layer: String) -> Bool {
        // vfs mounts nothing: either the directory exists or it does not.
        storage.holdsChangesOnly ? storage.isMounted(layer) : Files.exists(known.path)
    }

    /// Changes the mount records under their lock. Requires the lock of layers.
    private func changingMounts<T>(_ change: (inout MountTable) throws -> T) throws -> T {
        try mountsLock.acquire(.exclusive)
        defer { mountsLock.release() }
        var table = try MountTable.read(layout.mountsFile)
        let before = table
        let result = try change(&table)
        if table != before {
            // Before the change, see `RecordTable.save`.
            try mountsLock.touch()
            try table.write(layout.mountsFile)
        }
        return result
    }

    /// Unmounts a layer that is about to be removed, and drops its mount count.
    func forgetMounts(of id: String) throws {
        try storage.unmount(id)
        guard Files.exists(layout.mountsFile) else { return }
        try changingMounts { $0[id] = nil }
    }
}
