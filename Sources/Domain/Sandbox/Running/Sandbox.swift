import CSandbox
import Glibc

/// Runs processes in containers: new namespaces, a root and restricted privileges.
package enum Sandbox {
    /// Runs a container and waits for it.
    ///
    /// The caller is root, of the host or of its user namespace, and may have other threads. When this returns or
    /// throws, no process or mount of the container exists any more, and mount points created for it have been removed.
    /// If the calling process dies, however that happens, the container is killed. Several containers may run
    /// concurrently in several threads.
    ///
    /// - Parameters:
    ///   - isolation: how it is isolated. With an external runtime, `prepare` receives the runtime's process.
    ///   - cacheDirectory: where compiled seccomp filters are cached between runs (created if missing); nil to not
    ///     cache.
    ///   - prepare: called with the process's id once its namespaces exist and before its command starts, for instance
    ///     to connect a network. An error thrown by it ends the run with an error of code `setup`.
    /// - Throws: if the command could not be started; `SandboxError.exitCode` is the exit code for command line tools.
    package static func run(
        _ spec: SandboxSpec, isolation: SandboxIsolation = .builtIn, cacheDirectory: String? = nil,
        prepare: ((Int32) throws -> Void)? = nil
    ) throws(SandboxError) -> ExitStatus {
        if case .userMode(let network) = spec.network {
            let connection = try NetworkConnection(starting: network)
            return try run(
                spec, in: connection, isolation: isolation, cacheDirectory: cacheDirectory, prepare: prepare)
        }
        try spec.validate()
        spec.recordMounts()
        // Keeps the cloned trees alive during the run.
        let spec = try spec.cloningSources()
        let facts = try HostFacts.read()
        let plan = try spec.plan(isolation, facts, SeccompFilters(cacheDirectory: cacheDirectory))
        spec.forgetUnsyncedRun()
        let root = SharedRoot(spec.rootfs)
        var run = SandboxRun(spec: spec)
        var outcome: Result<ExitStatus, SandboxError>
        do throws(SandboxError) {
            outcome = .success(try run.perform(plan, spec.cloneFlags(isolation), prepare))
            if case .external(let runtime) = isolation, try outcome.get() != .exited(0),
                let failure = runtime.failure()
            {
                outcome = .failure(failure)
            }
        } catch {
            outcome = .failure(error)
        }
        if root.isOurs() {
            try run.removeMountPoints()
        }
        return try outcome.get()
    }
}

extension SandboxSpec {
    fileprivate func plan(
        _ isolation: SandboxIsolation, _ facts: HostFacts, _ filters: SeccompFilters
    ) throws(SandboxError) -> SandboxPlan {
        if case .external(let runtime) = isolation {
            guard namespaces.process != .host else {
                throw SandboxError(
                    .invalidSpecification, "the host's process namespace and an external runtime do not go together")
            }
            let seccomp = try filters.runtimeSpecJSON(for: seccomp, capabilities: capabilities.bounding)
            return try plan(for: runtime, facts: facts, seccomp: seccomp)
        }
        let filter = try filters.filter(for: seccomp, capabilities: capabilities.bounding)
        return plan(facts: facts, filter: filter, sharesHost: isolation == .chroot)
    }

    fileprivate func cloneFlags(_ isolation: SandboxIsolation) -> UInt64 {
        let flags = cloneFlags(sharesHost: isolation != .builtIn)
        // As in Buildah, commands in chroot isolation have a host name of their own.
        return isolation == .chroot && namespaces.uts == .own ? flags | NamespaceFlag.uts : flags
    }
}

/// One run of a container.
struct SandboxRun {
    let spec: SandboxSpec
    private(set) var created: [SandboxProcess.CreatedMountPoint] = []
    private var console: Int32 = -1
    private var failure: SandboxError?

    init(spec: SandboxSpec) {
        self.spec = spec
    }

    mutating func perform(
        _ plan: SandboxPlan, _ cloneFlags: UInt64, _ prepare: ((Int32) throws -> Void)?
    ) throws(SandboxError) -> ExitStatus {
        let process = try SandboxProcess(starting: plan, namespaces: cloneFlags)
        spec.cancellation?.begin(process.descriptor, killSignal: process.killSignal)
        defer { spec.cancellation?.end(process.descriptor) }
        let slot = sandbox_relay_begin(process.descriptor, spec.signals == .kill ? process.killSignal : 0)
        defer { if console >= 0 { close(console) } }
        if let prepare {
            do {
                try prepare(process.pid)
            } catch {
                failure = SandboxError(.setup, "\(error)")
                process.kill()
            }
        }
        process.release()
        listen(to: process, plan)
        if failure == nil {
            spec.started?()
            if console >= 0, let receiver = spec.consoleReceiver {
                receiver(console)
                console = -1
            }
        }
        if failure == nil, console >= 0 {
            let hasEnded = TerminalRelay(console: console, process: process.descriptor, slot: slot).run()
            if !hasEnded { process.kill() }
        }
        let status = Result { () throws(SandboxError) in try process.wait() }
        let killedBy = slot >= 0 ? sandbox_relay_end(slot) : 0
        // What fails meanwhile is a consequence: the terminal's interrupt reaches the network's program, too.
        if killedBy > 0 { return .signalled(killedBy) }
        if let failure { throw failure }
        return try status.get()
    }

    private mutating func listen(to process: borrowing SandboxProcess, _ plan: SandboxPlan) {
        while let message = process.receive(plan) {
            switch message {
            case .failed(let error): failure = failure ?? error
            case .created(let mountPoint): created.append(mountPoint)
            case .console(let descriptor): console = descriptor
            }
        }
    }
}
