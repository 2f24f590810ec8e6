import DockerfileSyntax
import ImageModel

// The parts of the configuration that the history does not explain.
extension RecoveryRun {
    private static let reason = "from the image's configuration; not in its history"

    /// Adds what is missing to reach the image's configuration. What instructions cannot do becomes a remark.
    mutating func addRemainder() {
        addEnvironment()
        addLabels()
        addShell()
        addValues()
        addCommands()
        addSets()
        addOthers()
    }

    private mutating func addFromConfiguration(_ instruction: String?, otherwise: String) {
        if let instruction {
            add(instruction, .likely, Self.reason)
        } else {
            remark(.guess, otherwise)
        }
    }

    private mutating func addEnvironment() {
        let known = replay.environment
        let wanted = ConfigurationReplay.dictionary(target.env)
        for entry in target.env ?? [] {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            let name = String(entry[..<equals])
            guard let value = wanted[name], known[name] != value else { continue }
            addFromConfiguration(
                InstructionWriter.keyValue(.env, name, value),
                otherwise: "the environment variable \(name) has a value that a Dockerfile cannot express: \(value)")
        }
        for name in known.keys.sorted() where wanted[name] == nil {
            remark(.guess, "the image has no \(name) in its environment, but no instruction can unset it")
        }
    }

    private mutating func addLabels() {
        let known = replay.config.labels ?? [:]
        let wanted = target.labels ?? [:]
        for (name, value) in wanted.sorted(by: { $0.key < $1.key }) where known[name] != value {
            if name == "io.buildah.version" {
                remark(.certain, "the label \(name)=\(value) was set by the tool that built the image")
                continue
            }
            addFromConfiguration(
                InstructionWriter.keyValue(.label, name, value),
                otherwise: "the label \(name) has a value that a Dockerfile cannot express: \(value)")
        }
        for name in known.keys.sorted() where wanted[name] == nil && name != "io.buildah.version" {
            remark(.guess, "the image has no label \(name), but no instruction can remove it")
        }
    }

    private mutating func addShell() {
        guard let shell = target.shell, !shell.isEmpty, shell != replay.config.shell else { return }
        add("SHELL \(InstructionWriter.json(shell))", .likely, Self.reason)
    }

    private mutating func addValues() {
        let directory = target.workingDir.isEmpty ? "/" : target.workingDir
        if directory != (replay.config.workingDir.isEmpty ? "/" : replay.config.workingDir) {
            addFromConfiguration(
                InstructionWriter.single(.workdir, directory),
                otherwise: "a working directory that a Dockerfile cannot express: \(directory)")
        }
        if target.user != replay.config.user {
            let user = target.user.isEmpty ? "0" : target.user
            addFromConfiguration(
                InstructionWriter.single(.user, user),
                otherwise: "a user that a Dockerfile cannot express: \(user)")
        }
        if !target.stopSignal.isEmpty, target.stopSignal != replay.config.stopSignal {
            addFromConfiguration(
                InstructionWriter.single(.stopSignal, target.stopSignal),
                otherwise: "a stop signal that a Dockerfile cannot express: \(target.stopSignal)")
        }
    }

    /// ENTRYPOINT first: it resets a base's CMD.
    private mutating func addCommands() {
        let entrypoint = target.entrypoint ?? []
        if entrypoint != replay.config.entrypoint ?? [] {
            add(
                InstructionWriter.command(.entrypoint, entrypoint, shell: replay.shell), .likely, Self.reason)
        }
        let command = target.cmd ?? []
        if command != replay.config.cmd ?? [] {
            add(InstructionWriter.command(.cmd, command, shell: replay.shell), .likely, Self.reason)
        }
    }

    private mutating func addSets() {
        let ports = Set((target.exposedPorts ?? [:]).keys)
        let knownPorts = Set((replay.config.exposedPorts ?? [:]).keys)
        if !ports.subtracting(knownPorts).isEmpty {
            let missing = ports.subtracting(knownPorts).sorted()
            addFromConfiguration(
                InstructionWriter.expose(missing), otherwise: "exposed, but invalid: \(missing.joined(separator: " "))"
            )
        }
        let volumes = Set((target.volumes ?? [:]).keys)
        let knownVolumes = Set((replay.config.volumes ?? [:]).keys)
        if !volumes.subtracting(knownVolumes).isEmpty {
            let missing = volumes.subtracting(knownVolumes).sorted()
            addFromConfiguration(
                InstructionWriter.volume(missing),
                otherwise: "volumes that a Dockerfile cannot express: \(missing.joined(separator: " "))")
        }
        for gone in knownPorts.subtracting(ports).sorted() + knownVolumes.subtracting(volumes).sorted() {
            remark(.guess, "the image has no \(gone), but no instruction can remove it")
        }
    }

    private mutating func addOthers() {
        // OCI's configuration has no such fields: their absence says nothing.
        if let check = target.healthcheck, check.test?.isEmpty == false, check != replay.config.healthcheck {
            addFromConfiguration(
                HealthcheckText.instruction(check), otherwise: "a health check that a Dockerfile cannot express")
        }
        let known = replay.config.onBuild ?? []
        for trigger in target.onBuild ?? [] where !known.contains(trigger) {
            addFromConfiguration(
                InstructionWriter.onbuild(trigger), otherwise: "a trigger that is not an instruction: \(trigger)")
        }
        if let author = request.config.author, !author.isEmpty, author != replay.author {
            addFromConfiguration(
                InstructionWriter.maintainer(author), otherwise: "author that a Dockerfile cannot express: \(author)")
        }
    }
}
