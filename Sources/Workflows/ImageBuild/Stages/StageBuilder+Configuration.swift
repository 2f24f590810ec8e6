import DockerfileSyntax
import ImageModel
import WorkingContainers

extension StageBuilder {
    /// Executes an instruction that only changes the configuration.
    func configure(_ instruction: Instruction) throws {
        switch instruction.kind {
        case .env(let pairs): try setEnvironment(pairs)
        case .label(let pairs):
            var labels = draft.container.labels ?? [:]
            for pair in pairs { labels[try expand(pair.key)] = try expand(pair.value) }
            draft.container.labels = labels
        case .user(let user): draft.container.user = try expand(user)
        case .expose(let words): try expose(words)
        case .cmd(let form):
            draft.container.cmd = arguments(form)
            setsCommand = true
        case .entrypoint(let form):
            draft.container.entrypoint = arguments(form)
            if !setsCommand { draft.container.cmd = nil }
        case .shell(let words):
            shell = words
            draft.container.shell = words
        case .stopSignal(let word):
            let signal = try expand(word)
            guard SignalName.isValid(signal) else {
                throw session.error(.invalid, at: word.range, "invalid signal: \(signal)")
            }
            draft.container.stopSignal = signal
        case .healthcheck(let check): draft.container.healthcheck = healthcheck(check)
        case .onbuild(let trigger): draft.container.onBuild = (draft.container.onBuild ?? []) + [trigger.text]
        case .maintainer(let name): draft.config.author = name
        case .from, .arg, .run, .copy, .add, .workdir, .volume:
            throw BuildError(.invalid, "\(instruction.keyword.rawValue) is not a matter of configuration")
        }
    }

    /// The pairs of one ENV are expanded with the values from before it.
    private func setEnvironment(_ pairs: [KeyValue]) throws {
        let expanded = try pairs.map { (try expand($0.key), try expand($0.value)) }
        for (name, value) in expanded { scope.setEnvironment(name, value) }
        draft.container.env = scope.environment
    }

    private func expose(_ words: [Word]) throws {
        var ports = draft.container.exposedPorts ?? [:]
        for word in words {
            let expanded = try session.dockerfile.expander.expandToWords(word.text) { self.scope.value(of: $0) }.words
            for text in expanded {
                guard let exposed = ExposedPort.ports(text) else {
                    throw session.error(
                        .invalid, at: word.range,
                        "invalid port \"\(text)\": expected PORT[-PORT][/tcp|udp|sctp], possibly after an IP address")
                }
                for port in exposed { ports[port] = ContainerConfig.Empty() }
            }
        }
        draft.container.exposedPorts = ports
    }

    /// The arguments of a command in either form.
    func arguments(_ form: CommandForm) -> [String] {
        switch form {
        case .shell(let text): shell + [text]
        case .exec(let arguments): arguments
        }
    }

    private func healthcheck(_ check: HealthcheckInstruction) -> Healthcheck {
        Healthcheck(
            test: check.test, interval: check.interval, timeout: check.timeout, startPeriod: check.startPeriod,
            startInterval: check.startInterval, retries: check.retries)
    }
}
