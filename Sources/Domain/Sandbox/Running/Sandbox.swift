import CSandbox
import Glibc

/// Runs processes in containers of their own: new namespaces, a root, restricted privileges.
package enum Sandbox {
    /// Runs a container to its end.
    ///
    /// The caller is root, of the machine or of its user namespace, and may have other threads. When this returns
    /// or throws, no process of the container exists any more, nothing of it is mounted, and mount points made for it are
    /// gone. When the calling process dies meanwhile, by whatever means, the container dies too. Several may run at
    /// once, in several threads.
    ///
    /// - Parameters:
    ///   - isolation: how it is kept apart. With an external runtime, `prepare` is told the runtime's process.
    ///   - cacheDirectory: where compiled seccomp filters are kept between runs (made if missing); nil for nowhere.
    ///   - prepare: called with the process's id once its namespaces exist and before its command starts, for
    ///     instance to plug in a network. What it throws ends the run with an error of code `setup`.
    /// - Throws: when the command could not be started; `SandboxError.exitCode` says what a command line tool exits with.
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
        // Its trees live as long as it does.
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
        cloneFlags(sharesHost: isolation != .builtIn)
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
        if failure == nil, console >= 0 {
            let hasEnded = TerminalRelay(console: console, process: process.descriptor, slot: slot).run()
            if !hasEnded { process.kill() }
        }
        let status = Result { () throws(SandboxError) in try process.wait() }
        let killedBy = slot >= 0 ? sandbox_relay_end(slot) : 0
        if let failure { throw failure }
        return killedBy > 0 ? .signalled(killedBy) : try status.get()
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
