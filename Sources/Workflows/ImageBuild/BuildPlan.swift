import DockerfileSyntax
import ImageModel
import ProgressEvents

/// The plan of a build, made before it starts: the stages that the target needs, in order, with their bases and
/// platforms resolved. Unneeded stages are not included.
struct BuildPlan {
    struct PlannedStage {
        let stage: Dockerfile.Stage
        /// The base's name with variables expanded.
        let base: String
        let origin: StageGraph.Origin
        let platform: Platform?
    }

    let stages: [PlannedStage]
    /// The values of the arguments for FROM lines.
    let globalArguments: [String: String]
    private let dockerfile: Dockerfile
    private let options: BuildOptions

    init(_ dockerfile: Dockerfile, options: BuildOptions) throws {
        self.dockerfile = dockerfile
        self.options = options
        let platform = BuildPlan.platformArguments(options)
        let globals: [String: String]
        let graph: StageGraph
        do throws(Diagnostic) {
            globals = try dockerfile.globalArgumentValues(
                buildArguments: options.buildArguments, platform: platform)
            graph = try StageGraph(
                dockerfile, globals: globals, buildArguments: options.buildArguments,
                contexts: Set(options.contexts.keys), firstBase: options.firstBase)
            let target = try graph.target(options.target)
            var planned: [PlannedStage] = []
            for index in options.skipsUnusedStages ? graph.needed(for: target) : Array(0...target) {
                let stage = dockerfile.stages[index]
                planned.append(
                    PlannedStage(
                        stage: stage, base: graph.nodes[index].baseName, origin: graph.nodes[index].base,
                        platform: try BuildPlan.platform(of: stage, in: dockerfile, globals: globals)))
            }
            stages = planned
        } catch {
            throw BuildError(.invalid, error.description, excerpt: error.rendered(source: dockerfile.source))
        }
        globalArguments = globals
    }

    private static func platformArguments(_ options: BuildOptions) -> [String: String] {
        PredefinedArguments.platformValues(
            build: parts(of: Platform.host), target: parts(of: options.platform), stage: options.target ?? "")
    }

    /// The values that the arguments for FROM lines have without any `--build-arg`.
    static func defaults(of dockerfile: Dockerfile, _ options: BuildOptions) throws -> [String: String] {
        try dockerfile.globalArgumentValues(buildArguments: [:], platform: platformArguments(options))
    }

    private static func parts(of platform: Platform) -> (os: String, architecture: String, variant: String) {
        (platform.os, platform.architecture, platform.variant ?? "")
    }

    private static func platform(
        of stage: Dockerfile.Stage, in dockerfile: Dockerfile, globals: [String: String]
    ) throws(Diagnostic) -> Platform? {
        guard let word = stage.from.platform else { return nil }
        let text = try dockerfile.expander.expand(word, in: dockerfile.source.file) { globals[$0] }.value
        if text.isEmpty { return nil }
        do {
            return try Platform.parse(text)
        } catch {
            throw Diagnostic(file: dockerfile.source.file, range: word.range, "\(error)")
        }
    }

    /// The values that `ARG NAME` without a default inherits in a stage.
    func argumentsVisible(in planned: PlannedStage) -> [String: String] { globalArguments }

    /// `1/2` if there are several stages up to the target, else nil. Skipped stages count.
    func label(of planned: PlannedStage) -> String? {
        guard let last = stages.last?.stage.index, last > 0 else { return nil }
        return "\(planned.stage.index + 1)/\(last + 1)"
    }

    /// The stage's FROM as shown to users: with its base expanded.
    func announcement(of planned: PlannedStage) -> String {
        let platform = planned.platform.map { "--platform=\($0) " } ?? ""
        // The parsed name is in lower case; show it as written.
        let name = planned.stage.name.flatMap { _ in
            planned.stage.fromInstruction.text.split(whereSeparator: \.isWhitespace).last
        }
        return "FROM \(platform)\(planned.base)" + (name.map { " AS \($0)" } ?? "")
    }

    /// Warns about `--build-arg` names that neither the Dockerfile nor, according to `triggered`, a base image's
    /// triggers declare: they had no effect.
    func checkBuildArguments(triggered: Set<String>, _ report: ProgressHandler) {
        var declared = PredefinedArguments.proxy.union(PredefinedArguments.platform).union(PredefinedArguments.builder)
        declared.formUnion(triggered)
        for instruction in dockerfile.globalArguments + stages.flatMap(\.stage.instructions) {
            if case .arg(let declarations) = instruction.kind { declared.formUnion(declarations.map(\.name)) }
        }
        let unused = options.buildArguments.keys.filter { !declared.contains($0) }.sorted()
        if !unused.isEmpty {
            report(.warning("[Warning] one or more build args were not consumed: [\(unused.joined(separator: " "))]"))
        }
    }
}
