import ProgressEvents

extension SandboxSpec {
    /// Records the mounts of a container that is about to run.
    func recordMounts() {
        guard DebugLog.isActive else { return }
        for mount in mounts {
            let (source, type) =
                switch mount.source {
                case .bind(let path): (path, "bind")
                case .opened(_, let name): (name, "bind")
                case .fileSystem(let type): (type, type)
                }
            DebugLog.write(
                "mount", [("type", type), ("source", source), ("target", mount.destination)])
        }
    }
}
