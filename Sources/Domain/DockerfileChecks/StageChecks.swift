package import DockerfileSyntax

/// The checks of one stage's instructions.
///
/// They follow the stage's variables, so that a stage based on another one starts with what that one ended with.
package struct StageChecks {
    /// What is known about a stage: at its start and, after ``check(_:)``, at its end.
    package struct State: Sendable {
        /// Variables of ENV and ARG.
        var variables: [String: String]
        /// Names declared by ARG, with or without a value.
        var declared: Set<String> = []
        /// Whether a SHELL applies: then the shell form of CMD is meant.
        var hasShell: Bool
        var hasWorkdir = false
        /// Whether the variables of the base image are known.
        package fileprivate(set) var isComplete: Bool

        /// The state before the first instruction on top of an image: its `NAME=value` and shell.
        package init(environment: [String], hasShell: Bool) {
            variables = [:]
            for entry in environment {
                guard let equals = entry.firstIndex(of: "=") else { continue }
                variables[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
            }
            self.hasShell = hasShell
            isComplete = true
        }

        /// The state on top of an image that is not known yet: rules that need it find nothing.
        package static let unknown: State = {
            var state = State(environment: [], hasShell: true)
            state.isComplete = false
            return state
        }()
    }

    /// What the build was given.
    package struct Inputs: Sendable {
        package let globals: [String: String]
        let buildArguments: [String: String]
        let ignored: IgnorePatterns?
        let copiedFiles: CopiedFiles?

        /// - Parameters:
        ///   - globals: see `Dockerfile.globalArgumentValues`.
        ///   - ignored: the patterns of the context's ignore file; nil without one.
        ///   - copiedFiles: looks into the context; nil without one.
        package init(
            globals: [String: String], buildArguments: [String: String], ignored: IgnorePatterns?,
            copiedFiles: CopiedFiles? = nil
        ) {
            self.globals = globals
            self.buildArguments = buildArguments
            self.ignored = ignored
            self.copiedFiles = copiedFiles
        }
    }

    let dockerfile: Dockerfile
    let options: CheckOptions
    let inputs: Inputs
    package private(set) var findings: [CheckFinding] = []
    /// The state after the instructions that were checked.
    package internal(set) var state: State
    /// Whether the layers of the stage are part of the image.
    let isShipped: Bool
    private var last: [Keyword: Instruction] = [:]
    /// Copies of the whole context that no installation of packages has followed yet.
    var copiesOfContext: [(instruction: Instruction, source: String)] = []

    /// Begins in a state; `options` are those of the file.
    package init(
        _ dockerfile: Dockerfile, _ options: CheckOptions, _ inputs: Inputs, from state: State, isShipped: Bool = true
    ) {
        self.isShipped = isShipped
        self.dockerfile = dockerfile
        self.options = options
        self.inputs = inputs
        self.state = state
    }

    /// Checks all instructions of a stage.
    package mutating func check(_ stage: Dockerfile.Stage) {
        for instruction in stage.instructions {
            checkVariables(of: instruction)
            checkOnce(instruction)
            check(instruction)
            if options.hasOwnRules { checkOwnRules(instruction) }
        }
    }

    mutating func find(
        _ rule: CheckRule, at instruction: Instruction, _ message: String, savedBytes: UInt64? = nil
    ) {
        guard state.isComplete || !rule.needsBaseImage else { return }
        guard options.merged(withComments: dockerfile.comments(above: instruction)).applies(rule) else { return }
        findings.append(
            CheckFinding(rule: rule, message: message, range: instruction.range, savedBytes: savedBytes))
    }

    /// The base image of a stage is for another platform.
    package mutating func findPlatform(of base: String, found: String, wanted: String, in stage: Dockerfile.Stage) {
        find(.invalidBaseImagePlatform, at: stage.fromInstruction, "\(base) is for \(found), not for \(wanted)")
    }

    private mutating func check(_ instruction: Instruction) {
        switch instruction.kind {
        case .maintainer:
            find(.maintainerDeprecated, at: instruction, "MAINTAINER is deprecated: use a label")
        case .arg(let declarations): declare(declarations, instruction)
        case .env(let pairs): set(pairs, instruction)
        case .label(let pairs): checkForm(of: pairs, instruction)
        case .workdir(let word): checkWorkdir(word, instruction)
        case .cmd(.shell), .entrypoint(.shell): checkShellForm(instruction)
        case .shell: state.hasShell = true
        case .expose(let words): for word in words { checkPort(word, instruction) }
        case .copy(let copy) where copy.from == nil: checkSources(of: copy, instruction)
        case .add(let copy): checkSources(of: copy, instruction)
        default: break
        }
    }

    private mutating func checkOnce(_ instruction: Instruction) {
        guard [.cmd, .entrypoint, .healthcheck].contains(instruction.keyword) else { return }
        if let earlier = last[instruction.keyword] {
            let name = instruction.keyword.rawValue
            find(.multipleInstructions, at: earlier, "a later \(name) of the stage replaces this one")
        }
        last[instruction.keyword] = instruction
    }

    private mutating func checkShellForm(_ instruction: Instruction) {
        guard !state.hasShell else { return }
        let name = instruction.keyword.rawValue
        find(
            .jsonArgumentsRecommended, at: instruction,
            "\(name) should have the JSON form: a shell does not hand on signals")
    }

    private mutating func checkWorkdir(_ word: Word, _ instruction: Instruction) {
        defer { state.hasWorkdir = true }
        guard !state.hasWorkdir, let path = expand(word)?.value, !path.hasPrefix("/") else { return }
        find(
            .relativeWorkdir, at: instruction,
            "\(path) is relative: where it leads depends on the base image, which may change")
    }

    func expand(_ word: Word) -> WordExpander.Expansion? {
        try? dockerfile.expander.expand(word.text, variables: state.variables)
    }
}
