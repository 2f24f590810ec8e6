/// Finds the `--from=` references of one stage, tracking the ARG and ENV instructions that their variables may need.
struct ReferenceCollector {
    private(set) var references: [(name: String, word: Word)] = []
    private let dockerfile: Dockerfile
    private let globals: [String: String]
    private let buildArguments: [String: String]
    private var variables: [String: String] = [:]

    init(_ dockerfile: Dockerfile, globals: [String: String], buildArguments: [String: String]) {
        self.dockerfile = dockerfile
        self.globals = globals
        self.buildArguments = buildArguments
    }

    /// The ONBUILD triggers of a stage, which run in the stages based on it.
    mutating func collectTriggers(of stage: Dockerfile.Stage) throws(Diagnostic) {
        for instruction in stage.instructions {
            if case .onbuild(let trigger) = instruction.kind { try collect([trigger.instruction]) }
        }
    }

    mutating func collect(_ instructions: [Instruction]) throws(Diagnostic) {
        for instruction in instructions {
            switch instruction.kind {
            case .arg(let declarations):
                for declaration in declarations { declare(declaration) }
            case .env(let pairs):
                // What cannot be expanded is an error only if the stage is built.
                for pair in pairs {
                    if let key = try? expand(pair.key), let value = try? expand(pair.value) { variables[key] = value }
                }
            case .copy(let copy):
                guard let from = copy.from else { continue }
                if ReferenceNames.hasVariable(from) { throw problem(at: from, "--from") }
                try add(from, try expand(from))
            case .run(let run):
                for mount in run.mounts { try add(mount) }
            default: break
            }
        }
    }

    private func expand(_ word: Word) throws(Diagnostic) -> String {
        let known = variables
        return try dockerfile.expander.expand(word, in: dockerfile.source.file) { known[$0] }.value
    }

    private mutating func declare(_ declaration: ArgumentDeclaration) {
        if let given = buildArguments[declaration.name] {
            variables[declaration.name] = given
        } else if let word = declaration.defaultValue {
            if let value = try? expand(word) { variables[declaration.name] = value }
        } else if let global = globals[declaration.name] {
            variables[declaration.name] = global
        }
    }

    private func problem(at word: Word, _ name: String) -> Diagnostic {
        Diagnostic(file: dockerfile.source.file, range: word.range, ReferenceNames.problem(name))
    }

    private mutating func add(_ mount: MountFlag) throws(Diagnostic) {
        if ReferenceNames.hasVariable(mount) { throw problem(at: mount.value, "from") }
        let text = try expand(mount.value)
        let options = MountFlag.options(of: text) ?? mount.options
        if let from = options.last(where: { $0.key == "from" })?.value { try add(mount.value, from) }
    }

    private mutating func add(_ word: Word, _ name: String) throws(Diagnostic) {
        if !name.isEmpty { references.append((name, word)) }
    }
}

/// The names of stages, images and contexts that files are taken from. They have no variables: as in BuildKit, the stages
/// that a build needs are known before any variable is.
package enum ReferenceNames {
    /// Whether the value of `--from` has a variable.
    package static func hasVariable(_ word: Word) -> Bool { word.text.utf8.contains(UInt8(ascii: "$")) }

    /// Whether the `from` of a mount has a variable.
    package static func hasVariable(_ mount: MountFlag) -> Bool {
        mount.value(of: "from")?.utf8.contains(UInt8(ascii: "$")) ?? false
    }

    /// What is wrong, and what to do instead.
    package static func problem(_ name: String) -> String {
        "\(name) takes no variables: define a stage with FROM, whose name may use the global ARG, and name that stage"
    }
}
