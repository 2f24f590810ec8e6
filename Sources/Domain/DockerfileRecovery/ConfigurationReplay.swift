import DockerfileSyntax
import ImageModel

/// Applies instructions to a configuration.
struct ConfigurationReplay {
    private(set) var config: ContainerConfig
    private(set) var author: String?
    /// Build arguments and their values.
    private(set) var arguments: [String: String] = [:]
    private var setsCommand = false
    private static let expander = WordExpander()

    /// Starts with the base's configuration after its ONBUILD triggers have run.
    init(_ base: ContainerConfig, author: String?) {
        config = base
        config.onBuild = nil
        self.author = author
    }

    /// The current shell for commands.
    var shell: [String] { config.shell.flatMap { $0.isEmpty ? nil : $0 } ?? ["/bin/sh", "-c"] }

    var environment: [String: String] { Self.dictionary(config.env) }

    static func dictionary(_ environment: [String]?) -> [String: String] {
        var values: [String: String] = [:]
        for entry in environment ?? [] {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            values[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
        }
        return values
    }

    /// Expands a word with the variables known so far; nil when that fails.
    func expand(_ word: Word) -> String? {
        let environment = environment
        return (try? Self.expander.expand(word.text) { environment[$0] ?? arguments[$0] })?.value
    }

    /// The pairs of ENV or LABEL, expanded; nil when that fails for one of them.
    func pairs(_ words: [KeyValue]) -> [(key: String, value: String)]? {
        var result: [(key: String, value: String)] = []
        let environment = environment
        func expand(_ word: Word) -> String? {
            (try? Self.expander.expand(word.text) { environment[$0] ?? arguments[$0] })?.value
        }
        for word in words {
            guard let key = expand(word.key), let value = expand(word.value) else { return nil }
            result.append((key, value))
        }
        return result
    }

    mutating func declare(_ name: String, _ value: String?) {
        if let value { arguments[name] = value }
    }

    mutating func setEnvironment(_ key: String, _ value: String) {
        var entries = config.env ?? []
        if let index = entries.firstIndex(where: { $0.hasPrefix(key + "=") }) {
            entries[index] = "\(key)=\(value)"
        } else {
            entries.append("\(key)=\(value)")
        }
        config.env = entries
    }

    /// Applies an instruction as a build does. Instructions that change files have no effect here.
    mutating func apply(_ instruction: Instruction) {
        switch instruction.kind {
        case .env(let words):
            for pair in pairs(words) ?? [] { setEnvironment(pair.key, pair.value) }
        case .label(let words):
            for pair in pairs(words) ?? [] {
                config.labels = (config.labels ?? [:]).merging([pair.key: pair.value]) { $1 }
            }
        case .arg(let declarations):
            for declaration in declarations { declare(declaration.name, declaration.defaultValue.flatMap(expand)) }
        case .user(let word): config.user = expand(word) ?? config.user
        case .workdir(let word): if let path = expand(word) { changeDirectory(path) }
        case .expose(let words): expose(words)
        case .volume(let words):
            for word in words { config.volumes = (config.volumes ?? [:]).merging([expand(word) ?? "": .init()]) { $1 } }
        case .cmd(let form):
            config.cmd = arguments(form)
            setsCommand = true
        case .entrypoint(let form):
            config.entrypoint = arguments(form)
            if !setsCommand { config.cmd = nil }
        case .shell(let words): config.shell = words
        case .stopSignal(let word): config.stopSignal = expand(word) ?? config.stopSignal
        case .healthcheck(let check): config.healthcheck = HealthcheckText.check(check)
        case .onbuild(let trigger): config.onBuild = (config.onBuild ?? []) + [trigger.text]
        case .maintainer(let name): author = name
        case .from, .run, .copy, .add: break
        }
    }

    private func arguments(_ form: CommandForm) -> [String] {
        switch form {
        case .shell(let text): shell + [text]
        case .exec(let arguments): arguments
        }
    }

    private mutating func changeDirectory(_ path: String) {
        let whole = path.hasPrefix("/") ? path : "\(config.workingDir)/\(path)"
        config.workingDir = "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private mutating func expose(_ words: [Word]) {
        for word in words {
            for port in (expand(word) ?? "").split(separator: " ").compactMap({ ExposedPort.ports(String($0)) })
                .joined()
            {
                config.exposedPorts = (config.exposedPorts ?? [:]).merging([port: .init()]) { $1 }
            }
        }
    }
}
