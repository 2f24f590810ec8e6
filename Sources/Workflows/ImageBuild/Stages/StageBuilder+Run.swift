import ContainerStore
import DockerfileSyntax
import ImageModel
import LinuxSystem
import ProgressEvents
import Sandbox
import WorkingContainers

extension StageBuilder {
    /// RUN: executes a command in the stage's root file system.
    func run(_ run: RunInstruction, _ instruction: Instruction) throws {
        if let device = run.devices.first {
            throw session.error(.unsupported, at: device.range, "RUN --device is not supported")
        }
        let confinement = try confinement(of: run)
        let (arguments, script) = command(run.command)
        var key = CacheKey("RUN", parent: draft.topLayer)
        key.add("arguments", arguments)
        key.add("script", script.map { String(decoding: $0, as: UTF8.self) } ?? "")
        key.add("environment", scope.environment)
        key.add("build arguments", scope.recordedArguments.map { "\($0.name)=\($0.value)" })
        let added = session.options.defaultEnvironment.filter { $0 != ContainerProcess.searchPath }
        if !added.isEmpty { key.add("default environment", added) }
        key.add("directory", workingDirectory)
        key.add("user", draft.container.user)
        key.add("owners", session.store.isSingleID ? "root alone" : "")
        key.add("groups", session.options.additionalGroups)
        key.add("confinement", confinement.description)
        key.add("time", session.timeKey)
        let requests = try mountRequests(of: run)
        try add(requests, to: &key)
        if let hostname = session.plan.hostname { key.add("host name", hostname) }
        key.add("volumes", session.options.mounts.map { "\($0.source) \($0.destination)" })
        ranCommand = true
        try changeFiles(key, createdBy: history(of: run.command, instruction)) { root in
            try self.execute(arguments, script: script, confinement, requests, in: root, instruction)
        }
    }

    /// The build's confinement with what the step asks for.
    private func confinement(of run: RunInstruction) throws -> StepConfinement {
        var confinement = session.options.step
        if let network = run.network {
            switch try expand(network) {
            case "none": confinement.choose(.none)
            case "host":
                if session.options.restrictsNetwork { try require("network.host", for: "--network=host", at: network) }
                confinement.choose(.host)
            case "default", "": break
            case let other:
                throw session.error(
                    .invalid, at: network.range,
                    "unsupported value \"\(other)\" for RUN --network, must be default, none or host")
            }
        }
        if let security = run.security {
            switch try expand(security) {
            case "sandbox", "": break
            case "insecure":
                try require("security.insecure", for: "--security=insecure", at: security)
                confinement.liftLimits()
            case let other:
                throw session.error(
                    .invalid, at: security.range, "RUN --security takes sandbox or insecure, not \(other)")
            }
        }
        return confinement
    }

    private func require(_ entitlement: String, for flag: String, at word: Word) throws {
        guard !session.options.entitlements.contains(entitlement) else { return }
        throw session.error(
            .invalid, at: word.range,
            "RUN \(flag) is not allowed: add --allow \(entitlement) to the build if you trust it")
    }

    private func execute(
        _ arguments: [String], script: [UInt8]?, _ confinement: StepConfinement, _ requests: [MountRequest],
        in root: WritableRoot, _ instruction: Instruction
    ) throws {
        var process = ContainerProcess(arguments: arguments, hostname: hostname)
        process.environment = scope.commandEnvironment + proxies
        process.defaultEnvironment = session.options.defaultEnvironment
        process.workingDirectory = workingDirectory
        process.user = draft.container.user
        process.hasSingleID = session.store.isSingleID
        warnOfSingleID()
        process.additionalGroups = session.options.additionalGroups
        process.confinement = confinement
        process.isolation = session.options.isolation
        process.requiresRunDirectory = false
        if !session.options.passesInput { process.stdio.input = .null }
        if !session.options.showsOutput { process.stdio.output = .null }
        // As process 1, a shell would ignore the Ctrl-C that should cancel the build.
        process.signals = .kill
        let hostFiles = try session.hostFiles()
        // Connects while the step's files are mounted.
        try hostFiles.network.begin(confinement, process.isolation)
        let mounts = try prepare(requests, hostFiles)
        defer { mounts.close() }
        process.environment += mounts.environment
        process.mounts = try session.volumes() + mounts.mounts
        if let script {
            process.mounts += [try hostFiles.executable(script, at: StageBuilder.scriptPath)]
        }
        let status: ExitStatus
        do {
            status = try root.withFiles(
                lendsMountPoints: true, lendsRun: false, targets: process.mounts.map(\.destination)
            ) { files in
                try process.run(in: files, hostFiles: hostFiles, caches: self.session.store.layout.ownRoom + "/filters")
            }
        } catch let error as SandboxError {
            throw session.error(
                .commandFailed, at: instruction.range, "building at STEP \"\(instruction.text)\": \(error)",
                exitCode: error.exitCode)
        }
        guard status.isSuccess else {
            let how =
                switch status {
                case .exited(let code): "exit status \(code)"
                case .signalled(let number): "killed by signal \(number)"
                }
            throw session.error(
                .commandFailed, at: instruction.range, "building at STEP \"\(instruction.text)\": \(how)",
                exitCode: status.shellCode)
        }
    }

    /// Says once that another user than root is not one.
    private func warnOfSingleID() {
        let user = draft.container.user
        guard session.store.isSingleID, !user.isEmpty, !["0", "root", "0:0", "root:root"].contains(user),
            session.usersWarnedOf.insert(user).inserted
        else { return }
        session.report(
            .warning(
                "USER \(user): commands run as root, the only user of this user namespace: this account has no "
                    + "subordinate ids in /etc/subuid and /etc/subgid"))
    }

    /// The proxies not set by the stage: those given for the build, in both cases, otherwise the host's.
    private var proxies: [String] {
        PredefinedArguments.proxy.sorted().compactMap { name in
            let given = session.options.buildArguments
            let other = name == name.lowercased() ? name.uppercased() : name.lowercased()
            guard scope.value(of: name) == nil,
                let value = given[name] ?? given[other] ?? session.options.proxies[name]
            else { return nil }
            return "\(name)=\(value)"
        }
    }

    /// The temporary path of a heredoc script with its own interpreter: in the container's memory-backed `/dev`.
    private static let scriptPath = "/dev/.swiftlet-script"

    /// The arguments to execute, and the content of their script file, if any.
    private func command(_ command: RunInstruction.Command) -> (arguments: [String], script: [UInt8]?) {
        switch command {
        case .shell(let text): return (shell + [text], nil)
        case .exec(let arguments): return (arguments, nil)
        case .script(let heredoc):
            let text = heredoc.content
            return text.hasPrefix("#!") ? ([StageBuilder.scriptPath], Array(text.utf8)) : (shell + [text], nil)
        }
    }

    /// `|2 A=1 B=2 /bin/sh -c make`, the format of the history.
    private func history(of command: RunInstruction.Command, _ instruction: Instruction) -> String {
        let recorded = scope.recordedArguments
        let prefix = recorded.isEmpty ? "" : "|\(recorded.count) " + recorded.map { "\($0.name)=\($0.value) " }.joined()
        switch command {
        case .shell(let text): return prefix + (shell + [text]).joined(separator: " ")
        case .exec(let arguments): return prefix + arguments.joined(separator: " ")
        case .script(let heredoc): return prefix + (shell + [heredoc.content]).joined(separator: " ")
        }
    }
}
