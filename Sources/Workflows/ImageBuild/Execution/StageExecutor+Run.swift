import BuildGraph
import ContainerStore
import ImageModel
import LinuxSystem
import ProgressEvents
import Sandbox
import WorkingContainers

extension StageExecutor {
    /// RUN: executes a command in the stage's root file system.
    func run(_ run: RunOperation, _ node: BuildNode) throws {
        var confinement = confinement(of: run)
        try addDevices(of: run, to: &confinement)
        var key = CacheKey("RUN", parent: draft.topLayer)
        run.add(to: &key)
        let added = session.options.defaultEnvironment.filter { $0 != ContainerProcess.searchPath }
        if !added.isEmpty { key.add("default environment", added) }
        key.add("owners", session.store.isSingleID ? "root alone" : "")
        key.add("groups", session.options.additionalGroups)
        key.add("confinement", confinement.description)
        key.add("time", session.timeKey)
        try addContents(of: run.mounts, to: &key)
        if let hostname = session.plan.hostname { key.add("host name", hostname) }
        key.add("volumes", session.options.mounts.map { "\($0.source) \($0.destination)" })
        ranCommand = true
        try changeFiles(key, createdBy: run.createdBy, volumes: run.newVolumes) { root in
            try self.execute(run, confinement, in: root, node.step)
        }
    }

    /// The build's confinement with what the step asks for.
    private func confinement(of run: RunOperation) -> StepConfinement {
        var confinement = session.options.step
        switch run.network {
        case "none": confinement.choose(.none)
        case "host": confinement.choose(.host)
        default: break
        }
        if run.isInsecure { confinement.liftLimits() }
        return confinement
    }

    private func execute(
        _ run: RunOperation, _ confinement: StepConfinement, in root: WritableRoot, _ step: BuildNode.Step?
    ) throws {
        var process = ContainerProcess(arguments: run.arguments, hostname: hostname)
        process.environment = run.commandEnvironment
        process.defaultEnvironment = session.options.defaultEnvironment
        process.workingDirectory = run.workingDirectory
        process.user = run.user
        process.hasSingleID = session.store.isSingleID
        warnOfSingleID(run.user)
        process.additionalGroups = session.options.additionalGroups
        process.confinement = confinement
        process.isolation = session.options.isolation
        process.requiresRunDirectory = false
        if !session.options.passesInput { process.stdio.input = .null }
        if !session.options.showsOutput { process.stdio.output = .null }
        // As process 1, a shell would ignore the Ctrl-C that should cancel the build.
        process.signals = .kill
        process.cancellation = session.cancellation
        let hostFiles = try session.hostFiles()
        // Connects while the step's files are mounted.
        try hostFiles.network.begin(confinement, process.isolation)
        let mounts = try prepare(run, hostFiles)
        defer { mounts.close() }
        process.environment += mounts.environment
        process.mounts = try session.volumes() + mounts.mounts
        if let script = run.script {
            process.mounts += [try hostFiles.executable(script, at: RunOperation.scriptPath)]
        }
        let status: ExitStatus
        let output = try StepOutput(of: self)
        output?.connect(&process.stdio)
        defer { output?.finish() }
        do {
            status = try root.withFiles(
                lendsMountPoints: true, lendsRun: false, targets: process.mounts.map(\.destination)
            ) { files in
                let caches = self.session.store.layout.ownRoom + "/filters"
                let status = try process.run(in: files, hostFiles: hostFiles, caches: caches)
                if !status.isSuccess, !self.session.cancellation.isCancelled {
                    output?.finish()
                    self.openShell(like: process, in: files, hostFiles, caches: caches)
                }
                return status
            }
        } catch let error as SandboxError {
            throw session.locator.error(
                .commandFailed, at: step?.range, "building at STEP \"\(step?.text ?? "")\": \(error)",
                exitCode: error.exitCode)
        }
        output?.finish()
        try output?.checkLeaks()
        guard status.isSuccess else {
            let how =
                switch status {
                case .exited(let code): "exit status \(code)"
                case .signalled(let number): "killed by signal \(number)"
                }
            throw session.locator.error(
                .commandFailed, at: step?.range, "building at STEP \"\(step?.text ?? "")\": \(how)",
                exitCode: status.shellCode)
        }
    }

    /// Says once that another user than root is not one.
    private func warnOfSingleID(_ user: String) {
        guard session.store.isSingleID, !user.isEmpty, !["0", "root", "0:0", "root:root"].contains(user),
            session.isFirstWarning(of: user)
        else { return }
        session.report(
            .warning(
                "USER \(user): commands run as root, the only user of this user namespace: this account has no "
                    + "subordinate ids in /etc/subuid and /etc/subgid"))
    }
}
