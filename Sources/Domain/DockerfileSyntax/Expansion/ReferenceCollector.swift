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
                if let from = copy.from { try add(from, try expand(from)) }
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

    private mutating func add(_ mount: MountFlag) throws(Diagnostic) {
        let text = try expand(mount.value)
        let options = MountFlag.options(of: text) ?? mount.options
        if let from = options.last(where: { $0.key == "from" })?.value { try add(mount.value, from) }
    }

    private mutating func add(_ word: Word, _ name: String) throws(Diagnostic) {
        if !name.isEmpty { references.append((name, word)) }
    }
}
