package import ContainerStore
import LinuxSystem

/// Access to a container's own writable layer.
package enum ContainerLayer {
    /// Calls `body` with the layer's files: where they are already mounted, or else mounted temporarily in this
    /// process's own mount namespace.
    ///
    /// - Parameter lendsMountPoints: whether the root also contains a sandbox's mount points, which come from a
    ///   skeleton below the image and are not in any layer.
    package static func withFiles<T>(
        _ layer: String, in store: ContainerStore, lendsMountPoints: Bool = false, readOnly: Bool = false,
        _ body: (String) throws -> T
    ) throws -> T {
        if store.driver.isMounted(layer), let mount = try store.overlayMount(of: layer, readOnly: false) {
            return try body(mount.target)
        }
        guard var mount = try store.overlayMount(of: layer, readOnly: readOnly) else {
            return try body(store.driver.contentDirectory(layer))
        }
        if lendsMountPoints { mount.lower.append(try MountPointSkeleton.prepare(in: store.layout)) }
        guard let upper = mount.upper else { return try mounted(mount, body) }
        // A separate work directory for this mount: another process may have the container mounted as well.
        let work = "\(upper).work.\(RandomBytes.hex(8))"
        try Files.makeDirectory(work, mode: 0o700)
        defer { try? Files.removeTree(work) }
        mount.work = work
        mount.isVolatile = true
        let result = try mounted(mount, body)
        if lendsMountPoints { try MountPointSkeleton.removeRemains(of: mount) }
        return result
    }

    private static func mounted<T>(_ mount: OverlayMount, _ body: (String) throws -> T) throws -> T {
        // Buildah removes the mount point when it unmounts.
        if !Files.exists(mount.target) { try Files.makeDirectory(mount.target, mode: 0o700) }
        try mount.mount()
        defer { try? Mounts.unmount(mount.target, detach: true) }
        return try body(mount.target)
    }
}
