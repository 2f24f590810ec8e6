package import DockerfileSyntax
import ImageModel

/// The checks that concern a Dockerfile as a whole and its FROM lines.
package struct FileChecks {
    private let dockerfile: Dockerfile
    private let options: CheckOptions
    /// Values of the arguments for FROM lines in this build, see `Dockerfile.globalArgumentValues`.
    private let globals: [String: String]
    private var findings: [CheckFinding] = []

    private init(_ dockerfile: Dockerfile, _ options: CheckOptions, globals: [String: String]) {
        self.dockerfile = dockerfile
        self.options = options
        self.globals = globals
    }

    /// All findings, in the order of the file.
    ///
    /// - Parameters:
    ///   - globals: the values of the arguments for FROM lines, by `Dockerfile.globalArgumentValues`.
    ///   - defaults: the same without any `--build-arg`; nil if there is an error in them.
    package static func findings(
        _ dockerfile: Dockerfile, _ options: CheckOptions, globals: [String: String], defaults: [String: String]?
    ) -> [CheckFinding] {
        var checks = FileChecks(dockerfile, options, globals: globals)
        checks.checkCasing()
        checks.checkEmptyContinuations()
        for instruction in dockerfile.globalArguments { checks.checkGlobal(instruction) }
        var names: Set<String> = []
        for stage in dockerfile.stages {
            checks.checkName(of: stage, earlier: &names)
            checks.checkBase(of: stage, defaults: defaults)
            checks.checkPlatform(of: stage)
        }
        return checks.findings.sorted { $0.range.start < $1.range.start }
    }

    private mutating func find(_ rule: CheckRule, at instruction: Instruction, _ message: String) {
        guard options.merged(withComments: dockerfile.comments(above: instruction)).applies(rule) else { return }
        findings.append(CheckFinding(rule: rule, message: message, range: instruction.range))
    }

    // MARK: Writing

    /// The majority decides; upper case if there is none.
    private mutating func checkCasing() {
        let instructions = dockerfile.stages.flatMap { [$0.fromInstruction] + $0.instructions }
        let words = instructions.map(\.writtenKeyword)
        let lower = words.count { $0 == $0.lowercased() }
        let upper = words.count { $0 == $0.uppercased() }
        for (instruction, word) in zip(instructions, words) {
            let right = lower > upper ? word.lowercased() : word.uppercased()
            guard word != right else { continue }
            find(
                .consistentInstructionCasing, at: instruction,
                "\(word) should be written \(right), as most instructions of the file are")
        }
    }

    private mutating func checkEmptyContinuations() {
        guard options.applies(.noEmptyContinuation) else { return }
        for range in dockerfile.emptyContinuations {
            findings.append(
                CheckFinding(
                    rule: .noEmptyContinuation, message: "empty line inside a continued instruction", range: range))
        }
    }

    private mutating func checkGlobal(_ instruction: Instruction) {
        guard case .arg(let declarations) = instruction.kind else { return }
        checkDescription(of: instruction, names: declarations.map(\.name))
    }

    private mutating func checkDescription(of instruction: Instruction, names: [String]) {
        let comments = dockerfile.comments(above: instruction)
        guard let last = comments.last, let first = names.first else { return }
        guard !names.contains(String(last.prefix { $0 != " " })) else { return }
        let form = names.count > 1 ? "NAME" : first
        find(
            .invalidDescription, at: instruction,
            "the comment above \(instruction.writtenKeyword) should have the form: # \(form) DESCRIPTION")
    }

    // MARK: Stages

    private mutating func checkName(of stage: Dockerfile.Stage, earlier: inout Set<String>) {
        let line = stage.fromInstruction
        let words = line.text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let name = stage.name, let written = words.last, words.count > 2 else { return }
        let keyword = line.writtenKeyword
        let word = words[words.count - 2]
        let right = keyword == keyword.lowercased() ? word.lowercased() : word.uppercased()
        if keyword == keyword.lowercased() || keyword == keyword.uppercased(), word != right {
            find(.fromAsCasing, at: line, "\(word) should be written \(right), in the case of \(keyword)")
        }
        if written != name {
            find(.stageNameCasing, at: line, "the name of the stage, \(written), should be in lower case")
        }
        if name == "scratch" || name == "context" {
            find(.reservedStageName, at: line, "\(name) is a reserved name, and should not be a stage's")
        }
        if !earlier.insert(name).inserted {
            find(.duplicateStageName, at: line, "another stage is named \(name), too: the last one counts")
        }
        checkDescription(of: line, names: [name])
    }

    private mutating func checkBase(of stage: Dockerfile.Stage, defaults: [String: String]?) {
        let base = stage.from.base.text
        let line = stage.fromInstruction
        checkArguments(in: base, at: line)
        guard let defaults, let plain = expand(base, defaults) else { return }
        if (try? ImageReference(parsing: plain.value)) == nil {
            find(
                .invalidDefaultArgument, at: line,
                "with the defaults of its arguments, \(base) is empty or no valid name of an image")
        }
    }

    private mutating func checkPlatform(of stage: Dockerfile.Stage) {
        guard let text = stage.from.platform?.text, let platform = expand(text, globals) else { return }
        let line = stage.fromInstruction
        checkArguments(in: text, at: line)
        let target = "TARGETPLATFORM"
        if platform.unset.isEmpty, platform.used == [target], platform.value == globals[target] {
            find(.redundantTargetPlatform, at: line, "--platform=\(text) is the default")
        }
        guard platform.used.isEmpty, platform.unset.isEmpty, let parsed = try? Platform.parse(platform.value) else {
            return
        }
        let name = stage.name ?? ""
        if !name.contains(parsed.os), !name.contains(parsed.architecture) {
            find(.fromPlatformConstant, at: line, "--platform should not be the constant \(platform.value)")
        }
    }

    private mutating func checkArguments(in text: String, at line: Instruction) {
        guard let expansion = expand(text, globals) else { return }
        let declared = Set(
            dockerfile.globalArguments.flatMap { instruction -> [String] in
                guard case .arg(let declarations) = instruction.kind else { return [] }
                return declarations.map(\.name)
            })
        for name in expansion.unset.subtracting(declared).sorted() {
            let hint = Suggestion.hint(for: name, among: declared.union(globals.keys).sorted())
            find(.undefinedArgumentInFrom, at: line, "\(name) is no declared argument\(hint)")
        }
    }

    private func expand(_ text: String, _ values: [String: String]) -> WordExpander.Expansion? {
        try? dockerfile.expander.expand(text, variables: values)
    }
}
