package import DockerfileSyntax
package import ImageModel
package import ProgressEvents

/// The plan of a build, made before it starts: the stages that the target needs, in order, with their bases and
/// platforms resolved. Unneeded stages are not included.
package struct BuildPlan: Sendable {
    /// A stage with its base and platform resolved.
    package struct PlannedStage: Sendable {
        package let stage: Dockerfile.Stage
        /// The base's name with variables expanded.
        package let base: String
        package let origin: StageGraph.Origin
        package let platform: Platform?
        /// Whether a named context, the origin, stands for the stage.
        package let isReplaced: Bool

        /// The instructions to execute.
        package var instructions: [Instruction] { isReplaced ? [] : stage.instructions }
    }

    /// The stages known to be needed; triggers of base images may need others.
    package let stages: [PlannedStage]
    /// How the stages depend on each other.
    package let graph: StageGraph
    /// The values that `ARG NAME` without a default inherits in a stage.
    package let globalArguments: [String: String]
    /// The host name requested for commands.
    package let hostname: String?
    private let all: [PlannedStage]
    private let dockerfile: Dockerfile
    private let inputs: GraphInputs

    /// - Throws: `BuildError` with the position of the error.
    package init(_ dockerfile: Dockerfile, _ inputs: GraphInputs) throws {
        self.dockerfile = dockerfile
        self.inputs = inputs
        hostname = try Self.hostname(inputs)
        do throws(Diagnostic) {
            let globals = try BuildPlan.globalArguments(of: dockerfile, inputs)
            let graph = try StageGraph(
                dockerfile, globals: globals, buildArguments: inputs.buildArguments,
                contexts: Set(inputs.contexts.keys), firstBase: inputs.firstBase,
                canonical: NamedContext.canonicalName)
            let target = try graph.target(inputs.target)
            var all: [PlannedStage] = []
            for (stage, node) in zip(dockerfile.stages, graph.nodes) {
                all.append(
                    PlannedStage(
                        stage: stage, base: node.baseName, origin: node.base,
                        platform: try BuildPlan.platform(of: stage, in: dockerfile, globals: globals),
                        isReplaced: node.isReplaced))
            }
            self.all = all
            self.graph = graph
            globalArguments = globals
            stages = (inputs.skipsUnusedStages ? graph.needed(for: target) : Array(0...target)).map { all[$0] }
        } catch {
            throw BuildError(.invalid, error.description, excerpt: error.rendered(source: dockerfile.source))
        }
    }

    private static func platformArguments(_ dockerfile: Dockerfile, _ inputs: GraphInputs) -> [String: String] {
        let target = inputs.target.flatMap { $0.isEmpty ? nil : $0 } ?? dockerfile.stages.last?.name ?? "default"
        return PredefinedArguments.platformValues(
            build: parts(of: Platform.host), target: parts(of: inputs.platform), stage: target)
    }

    /// The values of the arguments for FROM lines.
    package static func globalArguments(
        of dockerfile: Dockerfile, _ inputs: GraphInputs
    ) throws(Diagnostic) -> [String: String] {
        var globals = try dockerfile.globalArgumentValues(
            buildArguments: inputs.buildArguments, platform: platformArguments(dockerfile, inputs))
        if let epoch = inputs.globalEpoch {
            globals[PredefinedArguments.sourceDateEpoch] = epoch.isEmpty ? nil : epoch
        }
        return globals
    }

    /// The values that the arguments for FROM lines have without any `--build-arg`.
    package static func defaults(of dockerfile: Dockerfile, _ inputs: GraphInputs) throws -> [String: String] {
        try dockerfile.globalArgumentValues(buildArguments: [:], platform: platformArguments(dockerfile, inputs))
    }

    private static func parts(of platform: Platform) -> (os: String, architecture: String, variant: String) {
        let platform = platform.normalized
        return (platform.os, platform.architecture, platform.variant ?? "")
    }

    private static func platform(
        of stage: Dockerfile.Stage, in dockerfile: Dockerfile, globals: [String: String]
    ) throws(Diagnostic) -> Platform? {
        guard let word = stage.from.platform else { return nil }
        let expansion = try dockerfile.expander.expand(word, in: dockerfile.source.file) { globals[$0] }
        func error(_ message: String) -> Diagnostic {
            let hint = expansion.unset.sorted().lazy.map { Suggestion.hint(for: $0, among: globals.keys.sorted()) }
            return Diagnostic(
                file: dockerfile.source.file, range: word.range, message + (hint.first { !$0.isEmpty } ?? ""))
        }
        guard !expansion.value.isEmpty else { throw error("empty platform value from expression \(word.text)") }
        do {
            return try Platform.parse(expansion.value)
        } catch let problem {
            throw error("\(problem)")
        }
    }

    /// The host name that `--build-arg BUILDKIT_SANDBOX_HOSTNAME` requests.
    private static func hostname(_ inputs: GraphInputs) throws -> String? {
        guard let name = inputs.buildArguments[PredefinedArguments.sandboxHostname], !name.isEmpty else { return nil }
        let allowed = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
        }
        guard allowed, name.utf8.count <= 64 else {
            throw BuildError(
                .invalid,
                "\(PredefinedArguments.sandboxHostname)=\(name): a host name has at most 64 letters, digits, "
                    + "dots, hyphens and underscores")
        }
        return name
    }

    /// The stage at an index of the Dockerfile.
    package func stage(_ index: Int) -> PlannedStage { all[index] }

    /// The earlier stages that the triggers of a stage's base image use.
    package func stages(usedBy triggers: [Instruction], in planned: PlannedStage) throws -> [Int] {
        do throws(Diagnostic) {
            return try graph.stages(usedBy: triggers, in: planned.stage.index)
        } catch {
            // Its position is in a trigger, not in the file.
            throw BuildError(.invalid, "ONBUILD of \(planned.base): \(error.message)")
        }
    }

    /// A hint at a stage or image whose name resembles that of an image which cannot be found, or else at the stages
    /// that the name may have been meant for.
    ///
    /// - Parameter index: the stage that copies files from the image; nil if it is a base.
    package func hint(forImage name: String, copiedBy index: Int? = nil) -> String {
        let common = ["alpine", "busybox", "centos", "debian", "fedora", "golang", "ubuntu"]
        let hint = Suggestion.hint(for: name, among: dockerfile.stages.compactMap(\.name) + common)
        guard hint.isEmpty, let index, !name.contains(where: { "/:@.".contains($0) }) else { return hint }
        let earlier = dockerfile.stages.prefix(index).map { $0.name ?? "\($0.index)" }
        return earlier.isEmpty
            ? "; no stage stands before this one"
            : "; the stages before this one are \(earlier.joined(separator: ", "))"
    }

    /// The stage as shown to users: with its position if there are several stages up to the target. Skipped ones count.
    package func label(of planned: PlannedStage) -> ProgressEvent.Stage {
        let index = planned.stage.index
        let last = stages.last?.stage.index ?? 0
        return ProgressEvent.Stage(
            name: planned.stage.name ?? "\(index)", position: last > 0 ? "\(index + 1)/\(last + 1)" : nil)
    }

    /// The stage's FROM as shown to users: with its base expanded.
    package func announcement(of planned: PlannedStage) -> String {
        let platform = planned.platform.map { "--platform=\($0) " } ?? ""
        // The parsed name is in lower case; show it as written.
        let name = planned.stage.name.flatMap { _ in
            planned.stage.fromInstruction.text.split(whereSeparator: \.isWhitespace).last
        }
        return "FROM \(platform)\(planned.base)" + (name.map { " AS \($0)" } ?? "")
    }

    /// Warns about `--build-arg` names that neither the Dockerfile nor, according to `triggered`, a base image's
    /// triggers declare: they had no effect.
    package func checkBuildArguments(triggered: Set<String>, _ report: ProgressHandler) {
        var declared = PredefinedArguments.proxy.union(PredefinedArguments.platform).union(PredefinedArguments.builder)
        declared.formUnion(triggered)
        for instruction in dockerfile.globalArguments + stages.flatMap(\.stage.instructions) {
            if case .arg(let declarations) = instruction.kind { declared.formUnion(declarations.map(\.name)) }
        }
        let unused = inputs.buildArguments.keys.filter { !declared.contains($0) }.sorted()
        if !unused.isEmpty {
            let hint = unused.lazy.map { Suggestion.hint(for: $0, among: declared.sorted()) }.first { !$0.isEmpty }
            report(
                .warning(
                    "[Warning] one or more build args were not consumed: [\(unused.joined(separator: " "))]"
                        + (hint ?? "")))
        }
    }
}
