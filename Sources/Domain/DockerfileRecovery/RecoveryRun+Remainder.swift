import DockerfileSyntax
import ImageModel

// What the history does not say, from the configuration.
extension RecoveryRun {
    private static let reason = "from the image's configuration; not in its history"

    /// Adds what is missing for the configuration to become the image's. What instructions cannot do becomes a remark.
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
                otherwise: "the environment variable \(name) has a value that no Dockerfile can give: \(value)")
        }
        for name in known.keys.sorted() where wanted[name] == nil {
            remark(.guess, "the image has no \(name) in its environment, which no instruction takes away")
        }
    }

    private mutating func addLabels() {
        let known = replay.config.labels ?? [:]
        let wanted = target.labels ?? [:]
        for (name, value) in wanted.sorted(by: { $0.key < $1.key }) where known[name] != value {
            if name == "io.buildah.version" {
                remark(.certain, "the label \(name)=\(value) is the mark of the tool that built the image")
                continue
            }
            addFromConfiguration(
                InstructionWriter.keyValue(.label, name, value),
                otherwise: "the label \(name) has a value that no Dockerfile can give: \(value)")
        }
        for name in known.keys.sorted() where wanted[name] == nil && name != "io.buildah.version" {
            remark(.guess, "the image has no label \(name), which no instruction takes away")
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
                otherwise: "the working directory is one that no Dockerfile can give: \(directory)")
        }
        if target.user != replay.config.user {
            let user = target.user.isEmpty ? "0" : target.user
            addFromConfiguration(
                InstructionWriter.single(.user, user),
                otherwise: "the user is one that no Dockerfile can give: \(user)")
        }
        if !target.stopSignal.isEmpty, target.stopSignal != replay.config.stopSignal {
            addFromConfiguration(
                InstructionWriter.single(.stopSignal, target.stopSignal),
                otherwise: "the stop signal is one that no Dockerfile can give: \(target.stopSignal)")
        }
    }

    /// ENTRYPOINT first: it takes a base's CMD away.
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
                InstructionWriter.expose(missing), otherwise: "exposed, but no ports: \(missing.joined(separator: " "))"
            )
        }
        let volumes = Set((target.volumes ?? [:]).keys)
        let knownVolumes = Set((replay.config.volumes ?? [:]).keys)
        if !volumes.subtracting(knownVolumes).isEmpty {
            let missing = volumes.subtracting(knownVolumes).sorted()
            addFromConfiguration(
                InstructionWriter.volume(missing),
                otherwise: "volumes that no Dockerfile can give: \(missing.joined(separator: " "))")
        }
        for gone in knownPorts.subtracting(ports).sorted() + knownVolumes.subtracting(volumes).sorted() {
            remark(.guess, "the image has no \(gone), which no instruction takes away")
        }
    }

    private mutating func addOthers() {
        // OCI's configuration has no place for these: that an image lacks them says nothing.
        if let check = target.healthcheck, check.test?.isEmpty == false, check != replay.config.healthcheck {
            addFromConfiguration(
                HealthcheckText.instruction(check), otherwise: "the health check is one that no Dockerfile can give")
        }
        let known = replay.config.onBuild ?? []
        for trigger in target.onBuild ?? [] where !known.contains(trigger) {
            addFromConfiguration(
                InstructionWriter.onbuild(trigger), otherwise: "a trigger that is no instruction: \(trigger)")
        }
        if let author = request.config.author, !author.isEmpty, author != replay.author {
            addFromConfiguration(
                InstructionWriter.maintainer(author), otherwise: "an author whom no Dockerfile can name: \(author)")
        }
    }
}
