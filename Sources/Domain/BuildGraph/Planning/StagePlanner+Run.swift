import DockerfileSyntax
import ImageModel

extension StagePlanner {
    /// RUN: a command in the stage's root file system.
    mutating func run(_ run: RunInstruction) throws -> (BuildNode.Operation, inputs: [Int]) {
        let network = try network(run.network)
        let isInsecure = try isInsecure(run.security)
        let (arguments, script) = command(run.command)
        let mounts = try mountRequests(of: run)
        let inputs = try mounts.filter { $0.kind == .bind || $0.from != nil }.compactMap {
            try graph.source($0.origin, for: planned.stage.index)
        }
        let operation = RunOperation(
            arguments: arguments, script: script, environment: scope.environment,
            commandEnvironment: scope.commandEnvironment + proxies, recordedArguments: scope.recordedArguments,
            workingDirectory: workingDirectory, user: container.user, network: network, isInsecure: isInsecure,
            devices: run.devices,
            mounts: mounts, newVolumes: takeNewVolumes(), createdBy: history(of: run.command))
        return (.run(operation), inputs)
    }

    private func network(_ word: Word?) throws -> String? {
        guard let word else { return nil }
        switch try expand(word) {
        case "none": return "none"
        case "host":
            if graph.inputs.restrictsNetwork { try require("network.host", for: "--network=host", at: word) }
            return "host"
        case "default", "": return nil
        case let other:
            throw graph.locator.error(
                .invalid, at: word.range,
                "unsupported value \"\(other)\" for RUN --network, must be default, none or host"
                    + Suggestion.hint(for: other, among: ["default", "none", "host"]))
        }
    }

    private func isInsecure(_ word: Word?) throws -> Bool {
        guard let word else { return false }
        switch try expand(word) {
        case "sandbox", "": return false
        case "insecure":
            try require("security.insecure", for: "--security=insecure", at: word)
            return true
        case let other:
            throw graph.locator.error(
                .invalid, at: word.range,
                "RUN --security takes sandbox or insecure, not \(other)"
                    + Suggestion.hint(for: other, among: ["sandbox", "insecure"]))
        }
    }

    private func require(_ entitlement: String, for flag: String, at word: Word) throws {
        guard !graph.inputs.entitlements.contains(entitlement) else { return }
        throw graph.locator.error(
            .invalid, at: word.range,
            "RUN \(flag) is not allowed: add --allow \(entitlement) to the build if you trust it")
    }

    /// The `--mount` flags of a RUN, expanded with the stage's variables.
    private func mountRequests(of run: RunInstruction) throws -> [RunMount] {
        var requests = try graph.inputs.commandMounts.map { text in
            guard let options = MountFlag.options(of: text) else {
                throw BuildError(.invalid, "invalid mount \"\(text)\"")
            }
            return try RunMount(options)
        }
        for mount in run.mounts { requests.append(try request(mount)) }
        return try requests.map { request in
            var request = request
            request.origin = try request.from.map { try graph.plan.graph.origin(of: $0, in: planned.stage.index) }
            return request
        }
    }

    private func request(_ mount: MountFlag) throws -> RunMount {
        guard !ReferenceNames.hasVariable(mount) else {
            throw graph.locator.error(.invalid, at: mount.value.range, ReferenceNames.problem("from"))
        }
        guard let options = MountFlag.options(of: try expand(mount.value)) else {
            throw graph.locator.error(.invalid, at: mount.value.range, "invalid mount \"\(mount.value.text)\"")
        }
        do {
            return try RunMount(options)
        } catch let error as BuildError {
            throw graph.locator.error(error.code, at: mount.value.range, error.message)
        }
    }

    /// The proxies not set by the stage: those given for the build, in both cases, otherwise the host's.
    private var proxies: [String] {
        PredefinedArguments.proxy.sorted().compactMap { name in
            let given = graph.inputs.buildArguments
            let other = name == name.lowercased() ? name.uppercased() : name.lowercased()
            guard scope.value(of: name) == nil,
                let value = given[name] ?? given[other] ?? graph.inputs.proxies[name]
            else { return nil }
            return "\(name)=\(value)"
        }
    }

    /// The arguments to execute, and the content of their script file, if any.
    private func command(_ command: RunInstruction.Command) -> (arguments: [String], script: [UInt8]?) {
        switch command {
        case .shell(let text): return (shell + [text], nil)
        case .exec(let arguments): return (arguments, nil)
        case .script(let heredoc):
            let text = heredoc.content
            return text.hasPrefix("#!") ? ([RunOperation.scriptPath], Array(text.utf8)) : (shell + [text], nil)
        }
    }

    /// `|2 A=1 B=2 /bin/sh -c make`, the format of the history.
    private func history(of command: RunInstruction.Command) -> String {
        let recorded = scope.recordedArguments
        let prefix = recorded.isEmpty ? "" : "|\(recorded.count) " + recorded.map { "\($0.name)=\($0.value) " }.joined()
        switch command {
        case .shell(let text): return prefix + (shell + [text]).joined(separator: " ")
        case .exec(let arguments): return prefix + arguments.joined(separator: " ")
        case .script(let heredoc): return prefix + (shell + [heredoc.content]).joined(separator: " ")
        }
    }
}
