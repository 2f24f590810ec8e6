import LinuxSystem

/// The tool that a container belongs to, as told by the file that its owner keeps beside it.
package enum ContainerOwner: Sendable {
    /// Made by `container run` or `container create`; the file is `swiftlet.json`.
    case swiftlet
    /// A working container of Buildah's kind, which this tool can go on with; the file is `buildah.json`.
    case buildah
    /// Any other tool's, such as Podman's: only that tool knows what the container is doing.
    case other

    /// The file that makes a container one of `container run`.
    package static let runFile = "swiftlet.json"
    /// The file that makes a container a working container.
    package static let workingFile = "buildah.json"
}

extension ContainerStore {
    /// Whose the container is.
    package func owner(ofContainer id: String) -> ContainerOwner {
        let directory = layout.containerUserData(id)
        if Files.exists("\(directory)/\(ContainerOwner.runFile)") { return .swiftlet }
        return Files.exists("\(directory)/\(ContainerOwner.workingFile)") ? .buildah : .other
    }

    /// Fails for a container that another tool made and that is mounted or runs: `deleteContainer` would refuse it.
    ///
    /// - Throws: `inUse`.
    package func checkRemovable(_ container: ContainerRecord) throws(StoreError) {
        try locked(layers: .shared, containers: .shared) { try refuseForeignUse(of: container) }
    }

    /// With the locks of layers and containers held, under which all tools mount: nobody begins to use the container
    /// before they are released.
    func refuseForeignUse(of container: ContainerRecord) throws {
        guard owner(ofContainer: container.id) == .other, let use = try use(of: container) else { return }
        let name = container.names.first ?? container.id
        throw StoreError(
            .inUse,
            "container \(name) (\(container.id.prefix(12))) was made by another tool and \(use): end it with "
                + "that tool", subject: container.id)
    }

    /// What is being done with a container, whichever tool does it; nil: nothing.
    private func use(of container: ContainerRecord) throws -> String? {
        if let count = try mountCount(of: container.layer)?.count, count > 0 { return "is mounted" }
        if isMonitored(container.id) { return "runs" }
        // Mounts made with another run root, or in a mount namespace that its maker did not write down.
        return MountedPlaces.names(among: [container.layer]).isEmpty ? nil : "is in use by a process"
    }

    /// Whether the process that watches over a running container, conmon, is alive.
    private func isMonitored(_ id: String) -> Bool {
        let file = "\(layout.containerRunDirectory(id))/userdata/conmon.pid"
        guard let bytes = try? Files.readFile(file, limit: 64),
            let number = Int32(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }), number > 0,
            let line = try? Files.readFile("/proc/\(number)/cmdline", limit: 1 << 20)
        else { return false }
        // The number may belong to another process by now; conmon is told the container's id.
        return line.split(separator: 0).contains { $0.elementsEqual(id.utf8) }
    }
}
