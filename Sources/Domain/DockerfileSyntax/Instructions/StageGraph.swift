/// The dependencies between the stages of a Dockerfile.
package struct StageGraph: Sendable {
    /// The source of the files for a FROM or a `--from=`.
    package enum Origin: Sendable, Equatable {
        /// FROM only: an empty root.
        case scratch
        /// An earlier stage, by index.
        case stage(Int)
        /// A named context from `--build-context`.
        case context(String)
        /// An image.
        case image(String)
    }

    /// A stage with its dependencies.
    package struct Node: Sendable, Equatable {
        /// Starting at 0.
        package let index: Int
        /// The base's name after expansion.
        package let baseName: String
        /// What the base is.
        package let base: Origin
        /// All earlier stages it depends on, ascending, without duplicates.
        package let stages: [Int]
        /// Images other than the base in `COPY --from=` and `RUN --mount=from=`, in order, without duplicates.
        package let images: [String]
        /// The earlier stage of FROM's `--after=`, also among `stages`.
        package var predecessor: Int?
        /// Whether a named context, its `base`, stands for the stage, whose instructions are not executed.
        package var isReplaced = false
    }

    /// One for each stage, in order.
    package private(set) var nodes: [Node] = []
    private let dockerfile: Dockerfile
    private let globals: [String: String]
    private let buildArguments: [String: String]
    private let contexts: Set<String>
    private let canonical: @Sendable (String) -> String

    /// Resolves all references. `globals` are the values from `Dockerfile.globalArgumentValues`, `buildArguments` those
    /// of `--build-arg`, `contexts` the names from `--build-context`: such a context replaces the stages and images of
    /// its name. Names are compared with these after `canonical`.
    ///
    /// Variables in `--from=` are errors. So are references to the same or a later stage: there are no cycles.
    ///
    /// `firstBase` overrides the base of the first FROM.
    package init(
        _ dockerfile: Dockerfile, globals: [String: String], buildArguments: [String: String] = [:],
        contexts: Set<String> = [], firstBase: String? = nil,
        canonical: @escaping @Sendable (String) -> String = { $0 }
    ) throws(Diagnostic) {
        self.dockerfile = dockerfile
        self.globals = globals
        self.buildArguments = buildArguments
        self.contexts = contexts
        self.canonical = canonical
        for stage in dockerfile.stages {
            var base = try baseName(of: stage, globals: globals)
            if stage.index == 0, let firstBase { base = firstBase }
            if let context = stage.name.flatMap(context) {
                nodes.append(
                    Node(
                        index: stage.index, baseName: base, base: .context(context), stages: [], images: [],
                        isReplaced: true))
                continue
            }
            let origin = baseOrigin(base, for: stage.index)
            var collector = ReferenceCollector(dockerfile, globals: globals, buildArguments: buildArguments)
            if case .stage(let index) = origin { try collector.collectTriggers(of: dockerfile.stages[index]) }
            try collector.collect(stage.instructions)
            var (stages, images) = try sources(of: collector.references, in: stage.index)
            if case .stage(let index) = origin { stages.insert(index) }
            let predecessor = try predecessor(of: stage, globals: globals)
            if let predecessor { stages.insert(predecessor) }
            nodes.append(
                Node(
                    index: stage.index, baseName: base, base: origin, stages: stages.sorted(), images: images,
                    predecessor: predecessor))
        }
    }

    /// The earlier stages that triggers of an image use when they run in the stage `index`.
    package func stages(usedBy triggers: [Instruction], in index: Int) throws(Diagnostic) -> [Int] {
        var collector = ReferenceCollector(dockerfile, globals: globals, buildArguments: buildArguments)
        try collector.collect(triggers)
        return try sources(of: collector.references, in: index).stages.sorted()
    }

    private func sources(
        of references: [(name: String, word: Word)], in index: Int
    ) throws(Diagnostic) -> (stages: Set<Int>, images: [String]) {
        var stages: Set<Int> = []
        var images: [String] = []
        for reference in references {
            switch try origin(of: reference.name, at: reference.word, in: index) {
            case .stage(let earlier): stages.insert(earlier)
            case .image(let name) where !images.contains(name): images.append(name)
            default: break
            }
        }
        return (stages, images)
    }

    /// The named context that replaces stages and images of this name.
    private func context(_ name: String) -> String? {
        let name = canonical(name)
        return contexts.contains(name) ? name : nil
    }

    private func origin(ofStage index: Int) -> Origin {
        nodes[index].isReplaced ? nodes[index].base : .stage(index)
    }

    /// The index of the stage to build: by name (case-insensitive) or number; the last stage if `name` is nil or empty.
    package func target(_ name: String?) throws(Diagnostic) -> Int {
        guard let name, !name.isEmpty else { return nodes.count - 1 }
        if let index = dockerfile.stages.lastIndex(where: { $0.name == name.lowercased() }) { return index }
        if let index = Int(name), nodes.indices.contains(index) { return index }
        let names = dockerfile.stages.compactMap(\.name)
        var hint = Suggestion.hint(for: name, among: names)
        if hint.isEmpty, !names.isEmpty { hint = ": its stages are \(names.joined(separator: ", "))" }
        throw Diagnostic(
            file: dockerfile.source.file, range: nil,
            "the target \(name.quotedForMessage) was not found in the provided Dockerfile\(hint)")
    }

    /// The stages to build for `target`, including itself, in dependency order.
    package func needed(for target: Int) -> [Int] {
        guard nodes.indices.contains(target) else { return [] }
        var isNeeded = [Bool](repeating: false, count: target + 1)
        isNeeded[target] = true
        for index in (0...target).reversed() where isNeeded[index] {
            for other in nodes[index].stages { isNeeded[other] = true }
        }
        return isNeeded.indices.filter { isNeeded[$0] }
    }

    /// The meaning of an expanded `--from=` value in the stage `index`. `word` is the location for errors, if known.
    package func origin(of name: String, at word: Word? = nil, in index: Int) throws(Diagnostic) -> Origin {
        func error(_ message: String) -> Diagnostic {
            Diagnostic(file: dockerfile.source.file, range: word?.range, message)
        }
        if let number = Int(name) {
            guard number >= 0, number < index else {
                throw error(
                    "invalid stage index \(number): only stages before this one (\(index)) can be used"
                        + (index > 0 ? ": \(names(before: index))" : ""))
            }
            return origin(ofStage: number)
        }
        if let context = context(name) { return .context(context) }
        let lowercased = name.lowercased()
        if let earlier = dockerfile.stages[..<index].lastIndex(where: { $0.name == lowercased }) {
            return origin(ofStage: earlier)
        }
        if dockerfile.stages[index].name == lowercased {
            throw error("stage \(name.quotedForMessage) cannot copy files from itself")
        }
        if dockerfile.stages.contains(where: { $0.name == lowercased }) {
            throw error("stage \(name.quotedForMessage) is defined later in the file: only earlier stages can be used")
        }
        return .image(name)
    }

    /// The stages before a stage, by number and name.
    private func names(before index: Int) -> String {
        dockerfile.stages.prefix(index).map { stage in
            "\(stage.index)" + (stage.name.map { " (\($0))" } ?? "")
        }.joined(separator: ", ")
    }

    private func baseName(of stage: Dockerfile.Stage, globals: [String: String]) throws(Diagnostic) -> String {
        let word = stage.from.base
        let name = try dockerfile.expander.expand(word, in: dockerfile.source.file) { globals[$0] }.value
        guard !name.isEmpty else {
            throw Diagnostic(
                file: dockerfile.source.file, range: word.range,
                "base name (\(word.text)) should not be blank")
        }
        return name
    }

    /// The stage that FROM's `--after=` names; nil without it.
    private func predecessor(of stage: Dockerfile.Stage, globals: [String: String]) throws(Diagnostic) -> Int? {
        guard let word = stage.from.after else { return nil }
        let name = try dockerfile.expander.expand(word, in: dockerfile.source.file) { globals[$0] }.value
        func error(_ message: String) -> Diagnostic {
            Diagnostic(file: dockerfile.source.file, range: word.range, "FROM --after=\(name): \(message)")
        }
        let earlier = dockerfile.stages[..<stage.index]
        let lowercased = name.lowercased()
        if let index = earlier.lastIndex(where: { $0.name == lowercased }) ?? Int(name) {
            guard earlier.indices.contains(index) else { throw error("stage \(name.quotedForMessage) not found") }
            return index
        }
        guard stage.name != lowercased else { throw error("cannot depend on later stage \(name.quotedForMessage)") }
        throw error("stage \(name.quotedForMessage) not found")
    }

    private func baseOrigin(_ name: String, for index: Int) -> Origin {
        if name == "scratch" { return .scratch }
        if let context = context(name) { return .context(context) }
        let lowercased = name.lowercased()
        if let earlier = dockerfile.stages[..<index].lastIndex(where: { $0.name == lowercased }) {
            return origin(ofStage: earlier)
        }
        return .image(name)
    }
}
