package import ContainerStore
import LinuxSystem
package import Sandbox
package import WorkingContainers

extension ManagedContainer {
    /// Runs the container's command and waits for it to exit; the state file is kept up to date. The process must have
    /// a mount namespace of its own.
    ///
    /// - Parameters:
    ///   - process: what to run; the container's anonymous volumes are added to its mounts.
    ///   - ended: called with the exit code before the end is recorded.
    /// - Throws: ``SandboxError`` when the command could not be started; ``ContainerError`` with `running` when the
    ///   container is already running.
    package mutating func run(
        _ process: ContainerProcess, in store: ContainerStore, ended: (Int32) -> Void = { _ in }
    ) throws -> ExitStatus {
        let lock = try ManagedContainer.openLock(of: id, in: store)
        guard try lock.tryLockExclusive() else {
            throw ContainerError(.running, "container \(id) is already running")
        }
        do {
            let status = try perform(process, store)
            ended(status.shellCode)
            try finish(status.shellCode, "", store)
            return status
        } catch {
            let code = (error as? SandboxError)?.exitCode ?? 125
            ended(code)
            try? finish(code, "\(error)", store)
            throw error
        }
    }

    private mutating func perform(_ process: ContainerProcess, _ store: ContainerStore) throws -> ExitStatus {
        let hostFiles = try HostFiles(store.layout)
        try hostFiles.network.begin(process.confinement, process.isolation)
        let caches = store.layout.ownRoom + "/filters"
        var container = self
        defer { self = container }
        return try withFiles(in: store, lendsMountPoints: true) { files in
            var process = process
            process.mounts =
                try container.volumeMounts(over: files, in: store) + container.namedVolumeMounts(over: files, in: store)
                + process.mounts
            return try process.run(in: files, hostFiles: hostFiles, caches: caches) { pid in
                let restarts = container.state.restartCount
                container.state = ContainerState()
                container.state.restartCount = restarts
                container.state.status = .running
                container.state.process = try ProcessIdentity(pid)
                container.state.startedAt = Clock.rfc3339(Clock.now())
                try container.save(to: store)
            }
        }
    }

    private mutating func finish(_ code: Int32, _ error: String, _ store: ContainerStore) throws {
        state.status = .exited
        state.process = nil
        state.exitCode = code
        state.error = error
        state.finishedAt = Clock.rfc3339(Clock.now())
        // It may have been removed by force.
        if try store.container(id) != nil { try save(to: store) }
    }

    /// Calls `body` with the container's files: those of its layer, or of the directory it was given as root.
    package func withFiles<T>(
        in store: ContainerStore, lendsMountPoints: Bool = false, readOnly: Bool = false, _ body: (String) throws -> T
    ) throws -> T {
        if let root = definition.rootDirectory { return try body(root) }
        return try ContainerLayer.withFiles(
            record.layer, in: store, lendsMountPoints: lendsMountPoints, readOnly: readOnly, body)
    }
}
