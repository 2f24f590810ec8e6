import DockerfileSyntax
import ImageModel
import ProgressEvents

/// Plans one stage: turns its instructions, in order, into nodes, and follows the configuration and the variables that they
/// leave behind.
struct StagePlanner {
    let graph: GraphPlanner
    let planned: BuildPlan.PlannedStage
    /// The configuration so far.
    var container: ContainerConfig
    var author: String?
    var scope: StageScope
    var shell: [String]
    /// Whether the stage has set CMD itself: ENTRYPOINT discards an inherited one.
    var setsCommand = false
    /// The volumes since the last step that could create their directories.
    var newVolumes: [String] = []
    /// The names declared by ARG instructions.
    var declaredArguments: Set<String> = []
    private let base: ContainerConfig
    private var parent: Int?
    private var step = 0

    /// - Parameter inherited: the arguments of the stage that this one is based on.
    init(
        _ planned: BuildPlan.PlannedStage, on base: ContainerConfig, inherited: [StageScope.Argument],
        in graph: GraphPlanner
    ) {
        self.graph = graph
        self.planned = planned
        self.base = base
        container = base
        scope = StageScope(environment: base.env ?? [], arguments: inherited)
        shell = base.shell ?? ["/bin/sh", "-c"]
    }

    private var stage: Dockerfile.Stage { planned.stage }

    /// Plans the base image's triggers and the stage's instructions.
    mutating func plan(triggers: [Instruction]) throws -> BuildGraph.Stage {
        let isLast = stage.index == graph.plan.stages.last?.stage.index
        let labels = isLast ? try LabelInstruction.ofImage(graph.inputs) : []
        let first = try begin()
        for instruction in triggers { try add(instruction, at: stage.fromInstruction.range) }
        if graph.inputs.labelsStages, !stage.instructions.isEmpty { try addStageLabels() }
        for instruction in planned.instructions { try add(instruction, at: instruction.range) }
        for instruction in labels { try add(instruction, at: nil) }
        if !graph.inputs.makesLayers, !newVolumes.isEmpty { append(.makeVolumes(takeNewVolumes())) }
        let last = graph.add(.finish, stage: stage.index, parent: parent)
        return BuildGraph.Stage(
            planned: planned, base: base, container: container, author: author, stepCount: step, first: first,
            last: last)
    }

    /// FROM.
    private mutating func begin() throws -> Int {
        step = 1
        var inputs: [Int] = []
        if let after = graph.plan.graph.nodes[stage.index].predecessor { inputs = [try graph.lastNode(ofStage: after)] }
        let id = graph.add(
            .base, stage: stage.index, parent: try planned.origin.stage.map { try graph.lastNode(ofStage: $0) },
            inputs: inputs,
            step: BuildNode.Step(
                index: 1, text: graph.plan.announcement(of: planned), range: stage.fromInstruction.range))
        parent = id
        return id
    }

    /// What the label says of a base that is an earlier stage is known when that stage's image is.
    private mutating func addStageLabels() throws {
        let instruction = try LabelInstruction.ofStage(planned, base: planned.base)
        try configure(instruction)
        append(.identify(earlierStage: planned.origin.stage), step: nextStep(instruction.text, at: nil))
    }

    private mutating func add(_ instruction: Instruction, at range: SourceRange?) throws {
        let step = nextStep(instruction.text, at: range)
        do {
            let (operation, inputs) = try operation(of: instruction)
            append(operation, inputs: inputs, step: step)
        } catch {
            throw graph.locator.located(error, at: range, step: instruction.text)
        }
    }

    private mutating func nextStep(_ text: String, at range: SourceRange?) -> BuildNode.Step {
        step += 1
        return BuildNode.Step(index: step, text: text, range: range)
    }

    private mutating func append(
        _ operation: BuildNode.Operation, inputs: [Int] = [], step: BuildNode.Step? = nil
    ) {
        parent = graph.add(operation, stage: stage.index, parent: parent, inputs: inputs, step: step)
    }

    private mutating func operation(
        of instruction: Instruction
    ) throws -> (BuildNode.Operation, inputs: [Int]) {
        switch instruction.kind {
        case .from:
            throw BuildError(.invalid, "FROM cannot stand inside a stage")
        case .run(let run): return try self.run(run)
        case .copy(let copy): return try self.copy(copy, isAdd: false)
        case .add(let add): return try self.copy(add, isAdd: true)
        case .workdir(let path): return (try changeDirectory(path), [])
        case .volume(let words): try addVolumes(words)
        case .arg(let declarations): for declaration in declarations { try declare(declaration) }
        default: try configure(instruction)
        }
        return (.configure, [])
    }

    // MARK: Variables

    func expand(_ word: Word) throws -> String {
        try graph.dockerfile.expander.expand(word, in: graph.dockerfile.source.file) { self.scope.value(of: $0) }.value
    }

    /// An ARG's value: the one given for the build, else its default, else that of the global ARG of that name.
    private mutating func declare(_ declaration: ArgumentDeclaration) throws {
        declaredArguments.insert(declaration.name)
        var value = graph.inputs.buildArguments[declaration.name]
        if value == nil { value = try declaration.defaultValue.map(expand) }
        if value == nil { value = graph.plan.globalArguments[declaration.name] }
        let known = PredefinedArguments.proxy.union(PredefinedArguments.platform).union(PredefinedArguments.builder)
        if value == nil, scope.value(of: declaration.name) == nil, !known.contains(declaration.name) {
            graph.surroundings.report(
                .warning(
                    "[Warning] missing \"\(declaration.name)\" build argument. "
                        + "Try adding \"--build-arg \(declaration.name)=<VALUE>\" to the command line"))
        }
        scope.declare(argument: declaration.name, value)
    }

    // MARK: Directories

    /// The base directory of commands and relative destinations.
    var workingDirectory: String { container.workingDir.isEmpty ? "/" : container.workingDir }

    private mutating func changeDirectory(_ word: Word) throws -> BuildNode.Operation {
        let expanded = try expand(word)
        guard !expanded.isEmpty else {
            throw graph.locator.error(.invalid, at: word.range, "WORKDIR needs a path")
        }
        var path = ContainerPath.absolute(expanded, from: workingDirectory)
        if path.count > 1, path.hasSuffix("/") { path.removeLast() }
        container.workingDir = path
        guard path != "/" else { return .configure }
        return .makeDirectory(
            DirectoryOperation(path: path, user: container.user, newVolumes: takeNewVolumes()))
    }

    /// VOLUME: adds to the configuration. Like in Buildah, directories that are missing are created in the next layer;
    /// without another step that makes one, they are not in the image.
    private mutating func addVolumes(_ words: [Word]) throws {
        let paths = try words.map(expand)
        if let empty = zip(words, paths).first(where: { $0.1.isEmpty }) {
            throw graph.locator.error(.invalid, at: empty.0.range, "VOLUME specified can not be an empty string")
        }
        var volumes = container.volumes ?? [:]
        for path in paths { volumes[path] = ContainerConfig.Empty() }
        container.volumes = volumes
        newVolumes += paths
    }

    mutating func takeNewVolumes() -> [String] {
        defer { newVolumes = [] }
        return newVolumes
    }
}
