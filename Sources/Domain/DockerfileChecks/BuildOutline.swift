package import DockerfileSyntax

/// What a user can set for a build of a target, without building it: arguments, secrets and agents (`--call=outline`).
package struct BuildOutline: Sendable {
    /// A build argument.
    package struct Argument: Sendable, Equatable {
        package let name: String
        /// Its value in this build; empty if it has none.
        package let value: String
        /// The comment above the declaration.
        package let description: String?
        /// Line of the declaration.
        package let line: Int
    }

    /// A secret, or an agent's socket, that steps mount.
    package struct Mount: Sendable, Equatable {
        package let name: String
        /// Whether the step fails without it.
        package let isRequired: Bool
        /// Line of the step.
        package let line: Int
    }

    /// Name of the stage; nil if it has none.
    package let name: String?
    /// The comment above its FROM.
    package let description: String?
    /// Of the target and the stages that it needs, in the order of the file.
    package private(set) var arguments: [Argument] = []
    package private(set) var secrets: [Mount] = []
    package private(set) var agents: [Mount] = []

    /// The outline of the last of `stages`, which are the target and those that it needs.
    package init(
        _ dockerfile: Dockerfile, stages: [Int], globals: [String: String], buildArguments: [String: String]
    ) {
        let target = dockerfile.stages[stages.last ?? 0]
        name = target.name
        description = target.name.flatMap { dockerfile.description(of: $0, above: target.fromInstruction) }
        var collector = OutlineCollector(dockerfile, globals: globals, buildArguments: buildArguments)
        for index in stages.reversed() { collector.collect(dockerfile.stages[index]) }
        collector.collectGlobals()
        arguments = collector.arguments.values.sorted { ($0.line, $0.name) < ($1.line, $1.name) }
        secrets = collector.secrets.values.sorted { ($0.line, $0.name) < ($1.line, $1.name) }
        agents = collector.agents.values.sorted { ($0.line, $0.name) < ($1.line, $1.name) }
    }
}

/// Gathers the parts of an outline. What is found first, in the stage nearest to the target, counts.
private struct OutlineCollector {
    private let dockerfile: Dockerfile
    private let globals: [String: String]
    private let buildArguments: [String: String]
    private var usedGlobals: Set<String> = []
    private(set) var arguments: [String: BuildOutline.Argument] = [:]
    private(set) var secrets: [String: BuildOutline.Mount] = [:]
    private(set) var agents: [String: BuildOutline.Mount] = [:]

    init(_ dockerfile: Dockerfile, globals: [String: String], buildArguments: [String: String]) {
        self.dockerfile = dockerfile
        self.globals = globals
        self.buildArguments = buildArguments
    }

    mutating func collect(_ stage: Dockerfile.Stage) {
        var variables: [String: String] = [:]
        for word in [stage.from.base, stage.from.platform].compactMap({ $0 }) { useGlobals(of: word) }
        for instruction in stage.instructions {
            switch instruction.kind {
            case .arg(let declarations):
                for declaration in declarations { declare(declaration, instruction, &variables) }
            case .env(let pairs):
                for pair in pairs {
                    guard let key = expand(pair.key, variables) else { continue }
                    variables[key] = expand(pair.value, variables)
                }
            case .run(let run):
                for mount in run.mounts { add(mount, instruction, variables) }
            default: break
            }
        }
    }

    /// The arguments before the first FROM that were used, and those that their defaults need.
    mutating func collectGlobals() {
        for instruction in dockerfile.globalArguments.reversed() {
            guard case .arg(let declarations) = instruction.kind else { continue }
            for declaration in declarations.reversed() where usedGlobals.contains(declaration.name) {
                if let word = declaration.defaultValue { useGlobals(of: word) }
                note(declaration.name, globals[declaration.name], instruction)
            }
        }
    }

    private mutating func declare(
        _ declaration: ArgumentDeclaration, _ instruction: Instruction, _ variables: inout [String: String]
    ) {
        let name = declaration.name
        if declaration.defaultValue == nil, buildArguments[name] == nil, let global = globals[name] {
            usedGlobals.insert(name)
            variables[name] = global
            return
        }
        variables[name] = buildArguments[name] ?? declaration.defaultValue.flatMap { expand($0, variables) }
        note(name, variables[name], instruction)
    }

    private mutating func note(_ name: String, _ value: String?, _ instruction: Instruction) {
        guard arguments[name] == nil else { return }
        arguments[name] = BuildOutline.Argument(
            name: name, value: value ?? "", description: dockerfile.description(of: name, above: instruction),
            line: instruction.range.start.line)
    }

    private mutating func add(_ mount: MountFlag, _ instruction: Instruction, _ variables: [String: String]) {
        let options = expand(mount.value, variables).flatMap { MountFlag.options(of: $0) } ?? mount.options
        func value(_ keys: Set<String>) -> String? { options.last { keys.contains($0.key) }?.value }
        let type = value(["type"])
        guard type == "secret" || type == "ssh" else { return }
        let target = value(["target", "dst", "destination"])
        let name = value(["id"]) ?? (type == "ssh" ? "default" : target?.split(separator: "/").last.map(String.init))
        guard let name else { return }
        let isRequired = options.contains { $0.key == "required" && ($0.value ?? "true") == "true" }
        let found = BuildOutline.Mount(name: name, isRequired: isRequired, line: instruction.range.start.line)
        if type == "secret" { secrets[name] = secrets[name] ?? found } else { agents[name] = agents[name] ?? found }
    }

    private mutating func useGlobals(of word: Word) {
        let expansion = try? dockerfile.expander.expand(word.text, variables: globals)
        usedGlobals.formUnion(expansion?.used ?? [])
        usedGlobals.formUnion(expansion?.unset ?? [])
    }

    private func expand(_ word: Word, _ variables: [String: String]) -> String? {
        try? dockerfile.expander.expand(word.text, variables: variables).value
    }
}
