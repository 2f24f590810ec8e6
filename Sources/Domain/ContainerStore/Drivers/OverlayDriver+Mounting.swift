import LinuxSystem

extension OverlayDriver {
    package func overlayMount(of layer: String, readOnly: Bool) throws(StoreError) -> OverlayMount? {
        let directory = layerDirectory(layer)
        var lower = try stack(of: layer)
        let merged = "\(directory)/merged"
        // The kernel requires two read-only directories or a writable one.
        if readOnly, lower.count == 1 { lower.append("\(directory)/empty") }
        if readOnly {
            return OverlayMount(
                lower: lower, upper: nil, work: nil, target: merged, workingDirectory: home,
                userXattr: usesUserAttributes, restrictions: restrictions)
        }
        lower.removeFirst()
        if lower.isEmpty { lower = ["\(directory)/empty"] }
        return OverlayMount(
            lower: lower, upper: "\(directory)/diff", work: "\(directory)/work", target: merged,
            workingDirectory: home, userXattr: usesUserAttributes, restrictions: restrictions)
    }

    package func isMounted(_ layer: String) -> Bool {
        let directory = "\(home)/\(layer)"
        guard let merged = try? Files.status("\(directory)/merged"), let own = try? Files.status(directory) else {
            return false
        }
        return merged.device != own.device
    }

    func mount(_ layer: String, readOnly: Bool, isVolatile: Bool) throws -> String {
        guard var mount = try overlayMount(of: layer, readOnly: readOnly) else { return contentDirectory(layer) }
        mount.isVolatile = isVolatile && !readOnly
        if !Files.exists(mount.target) { try Files.makeDirectory(mount.target, mode: 0o700) }
        if let work = mount.work, !Files.exists(work) { try Files.makeDirectory(work, mode: 0o700) }
        do {
            try mount.mount()
        } catch {
            throw StoreError(.driver, "cannot mount layer \(layer)", subject: layer, cause: error)
        }
        return mount.target
    }

    func unmount(_ layer: String) throws {
        // Several mounts may be stacked.
        while isMounted(layer) { try Mounts.unmount("\(home)/\(layer)/merged", detach: true) }
    }

    // MARK: The home mount

    /// Podman and Buildah bind-mount the driver's directory on itself with private propagation before they mount a
    /// layer. Layers mounted without that would disappear from view as soon as one of them starts.
    func makeHomeMount() throws {
        if try !mountsHome || Mounts.isMountPoint(home) { return }
        try Mounts.bind(from: home, to: home, recursive: false)
        try Mounts.makePrivate(home)
    }

    func removeHomeMount() throws {
        if try !mountsHome || !Mounts.isMountPoint(home) { return }
        // If it is in use by something else, it stays.
        try? Mounts.unmount(home)
    }
}
