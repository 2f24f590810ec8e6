import DockerfileSyntax
import ImageModel

extension StagePlanner {
    /// Follows an instruction that only changes the configuration.
    mutating func configure(_ instruction: Instruction) throws {
        switch instruction.kind {
        case .env(let pairs): try setEnvironment(pairs)
        case .label(let pairs):
            var labels = container.labels ?? [:]
            for pair in pairs { labels[try expand(pair.key)] = try expand(pair.value) }
            container.labels = labels
        case .user(let user): container.user = try expand(user)
        case .expose(let words): try expose(words)
        case .cmd(let form):
            container.cmd = arguments(form)
            setsCommand = true
        case .entrypoint(let form):
            container.entrypoint = arguments(form)
            if !setsCommand { container.cmd = nil }
        case .shell(let words):
            shell = words
            container.shell = words
        case .stopSignal(let word):
            let signal = try expand(word)
            guard SignalName.isValid(signal) else {
                throw graph.locator.error(.invalid, at: word.range, "invalid signal: \(signal)")
            }
            container.stopSignal = signal
        case .healthcheck(let check): container.healthcheck = healthcheck(check)
        case .onbuild(let trigger): container.onBuild = (container.onBuild ?? []) + [trigger.text]
        case .maintainer(let name): author = name
        case .from, .arg, .run, .copy, .add, .workdir, .volume:
            throw BuildError(.invalid, "\(instruction.keyword.rawValue) is not a matter of configuration")
        }
    }

    /// The pairs of one ENV are expanded with the values from before it.
    private mutating func setEnvironment(_ pairs: [KeyValue]) throws {
        let expanded = try pairs.map { (try expand($0.key), try expand($0.value)) }
        for (name, value) in expanded { scope.setEnvironment(name, value) }
        container.env = scope.environment
    }

    private mutating func expose(_ words: [Word]) throws {
        var ports = container.exposedPorts ?? [:]
        let known = scope
        for word in words {
            let expanded = try graph.dockerfile.expander.expandToWords(word.text) { known.value(of: $0) }.words
            for text in expanded {
                guard let exposed = ExposedPort.ports(text) else {
                    throw graph.locator.error(
                        .invalid, at: word.range,
                        "invalid port \"\(text)\": expected PORT[-PORT][/tcp|udp|sctp], possibly after an IP address")
                }
                for port in exposed { ports[port] = ContainerConfig.Empty() }
            }
        }
        container.exposedPorts = ports
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
