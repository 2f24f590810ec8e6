import LinuxSystem

/// The tool that a container belongs to, determined by the file that its owner stores with it.
package enum ContainerOwner: Sendable {
    /// Created by `container run` or `container create`; the file is `swiftlet.json`.
    case swiftlet
    /// A working container in Buildah's format, which this tool can use too; the file is `buildah.json`.
    case buildah
    /// Any other tool, such as Podman: only that tool knows what the container is doing.
    case other

    /// The file that identifies a container of `container run`.
    package static let runFile = "swiftlet.json"
    /// The file that identifies a working container.
    package static let workingFile = "buildah.json"
}

extension ContainerStore {
    /// The tool that owns the container.
    package func owner(ofContainer id: String) -> ContainerOwner {
        let directory = layout.containerUserData(id)
        if Files.exists("\(directory)/\(ContainerOwner.runFile)") { return .swiftlet }
        return Files.exists("\(directory)/\(ContainerOwner.workingFile)") ? .buildah : .other
    }

    /// Fails for a container of another tool that is mounted or running, which `deleteContainer` would refuse.
    ///
    /// - Throws: `inUse`.
    package func checkRemovable(_ container: ContainerRecord) throws(StoreError) {
        try locked(layers: .shared, containers: .shared) { try refuseForeignUse(of: container) }
    }

    /// Requires the locks of layers and containers, under which all tools mount: nobody can start using the container
    /// before they are released.
    func refuseForeignUse(of container: ContainerRecord) throws {
        guard owner(ofContainer: container.id) == .other, let use = try use(of: container) else { return }
        let name = container.names.first ?? container.id
        throw StoreError(
            .inUse,
            "container \(name) (\(container.id.prefix(12))) was made by another tool and \(use): end it with "
                + "that tool", subject: container.id)
    }

    /// How a container is being used, by whichever tool; nil if it is not.
    private func use(of container: ContainerRecord) throws -> String? {
        if let count = try mountCount(of: container.layer)?.count, count > 0 { return "is mounted" }
        if isMonitored(container.id) { return "runs" }
        // Mounts made with another run root, or in a mount namespace that its creator did not record.
        return MountedPlaces.names(among: [container.layer]).isEmpty ? nil : "is in use by a process"
    }

    /// Whether conmon, the process that monitors a running container, is alive.
    private func isMonitored(_ id: String) -> Bool {
        let file = "\(layout.containerRunDirectory(id))/userdata/conmon.pid"
        guard let bytes = try? Files.readFile(file, limit: 64),
            let number = Int32(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }), number > 0,
            let line = try? Files.readFile("/proc/\(number)/cmdline", limit: 1 << 20)
        else { return false }
        // The process id may have been reused; conmon gets the container's id as an argument.
        return line.split(separator: 0).contains { $0.elementsEqual(id.utf8) }
    }
}
