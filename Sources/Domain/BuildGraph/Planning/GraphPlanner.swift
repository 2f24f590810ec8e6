package import DockerfileSyntax
package import ImageModel
package import ProgressEvents

/// Turns a plan of stages into a graph. Each stage is planned after those that it uses.
package final class GraphPlanner {
    /// What planning asks of its surroundings.
    package struct Surroundings {
        /// The configuration of a stage's base that is no earlier stage.
        package var base: (BuildPlan.PlannedStage) throws -> ContainerConfig
        /// Called with a stage's base before its instructions are planned, to check or to refuse them.
        package var inspect: (BuildPlan.PlannedStage, ContainerConfig) throws -> Void
        /// Refuses sources that cannot be copied.
        package var check: (CopyOperation) throws -> Void
        package var report: ProgressHandler

        /// Memberwise initializer.
        package init(
            base: @escaping (BuildPlan.PlannedStage) throws -> ContainerConfig,
            inspect: @escaping (BuildPlan.PlannedStage, ContainerConfig) throws -> Void = { _, _ in },
            check: @escaping (CopyOperation) throws -> Void = { _ in }, report: @escaping ProgressHandler = { _ in }
        ) {
            self.base = base
            self.inspect = inspect
            self.check = check
            self.report = report
        }
    }

    let plan: BuildPlan
    let dockerfile: Dockerfile
    let inputs: GraphInputs
    let surroundings: Surroundings
    let locator: ErrorLocator
    private(set) var nodes: [BuildNode] = []
    private var stages: [BuildGraph.Stage] = []
    private var scopes: [Int: StageScope] = [:]
    private var declared: Set<String> = []
    /// The nodes of contexts and images, by a name that is unique among them.
    private var sources: [String: Int] = [:]

    /// - Parameter plan: made from the same Dockerfile and inputs.
    package init(_ plan: BuildPlan, of dockerfile: Dockerfile, _ inputs: GraphInputs, _ surroundings: Surroundings) {
        self.plan = plan
        self.dockerfile = dockerfile
        self.inputs = inputs
        self.surroundings = surroundings
        locator = ErrorLocator(dockerfile.source)
    }

    /// The graph of the target.
    ///
    /// - Throws: `BuildError` with the position of the error.
    package func graph() throws -> BuildGraph {
        for planned in plan.stages { try complete(planned) }
        return BuildGraph(nodes: nodes, stages: stages, declaredArguments: declared)
    }

    /// Plans a stage, after those that it uses, unless that is done.
    private func complete(_ planned: BuildPlan.PlannedStage) throws {
        guard scopes[planned.stage.index] == nil else { return }
        for index in plan.graph.nodes[planned.stage.index].stages { try complete(plan.stage(index)) }
        var base: ContainerConfig
        var triggers: [Instruction]
        do {
            base = try self.base(of: planned)
            triggers = try self.triggers(of: base, planned)
            for index in try plan.stages(usedBy: triggers, in: planned) { try complete(plan.stage(index)) }
        } catch {
            throw locator.located(error, at: planned.stage.fromInstruction.range)
        }
        base.onBuild = nil
        try surroundings.inspect(planned, base)
        adapt(&base, of: planned)
        let inherited = planned.origin.stage.flatMap { scopes[$0]?.arguments } ?? []
        var stage = StagePlanner(planned, on: base, inherited: inherited, in: self)
        stages.append(try stage.plan(triggers: triggers))
        scopes[planned.stage.index] = stage.scope
        declared.formUnion(stage.declaredArguments)
    }

    private func base(of planned: BuildPlan.PlannedStage) throws -> ContainerConfig {
        guard let index = planned.origin.stage else { return try surroundings.base(planned) }
        guard let stage = stages.first(where: { $0.index == index }) else {
            throw BuildError(.notFound, "stage \(planned.base) has not been planned")
        }
        return stage.container
    }

    /// The triggers of a stage's base, and for a directory as base the instruction that copies it.
    private func triggers(of base: ContainerConfig, _ planned: BuildPlan.PlannedStage) throws -> [Instruction] {
        if case .context(let name) = planned.origin, case .directory? = inputs.contexts[name] {
            return [try Dockerfile.parseInstruction("COPY --from=\(name) . /", file: "--build-context \(name)")]
        }
        return try (base.onBuild ?? []).map {
            try Dockerfile.parseInstruction($0, file: "ONBUILD of \(planned.base)")
        }
    }

    /// Applies the options for the start of every stage.
    private func adapt(_ base: inout ContainerConfig, of planned: BuildPlan.PlannedStage) {
        if planned.origin.stage != nil { return }
        if !inputs.inheritsLabels { base.labels = nil }
        for name in inputs.unsetLabels { base.labels?[name] = nil }
        if !inputs.environment.isEmpty {
            var scope = StageScope(environment: base.env ?? [])
            for (key, value) in inputs.environment { scope.setEnvironment(key, value) }
            base.env = scope.environment
        }
    }

    // MARK: Nodes

    /// The node with the result of a complete stage.
    func lastNode(ofStage index: Int) throws -> Int {
        guard let stage = stages.first(where: { $0.index == index }) else {
            throw BuildError(.notFound, "stage \(index) has not been planned")
        }
        return stage.last
    }

    /// Adds a node and returns its id.
    func add(
        _ operation: BuildNode.Operation, stage: Int, parent: Int?, inputs: [Int] = [], step: BuildNode.Step? = nil
    ) -> Int {
        var key = CacheKey(operation.name, parent: parent.map { nodes[$0].definition })
        operation.add(to: &key)
        if !inputs.isEmpty { key.add("inputs", inputs.map { nodes[$0].definition }) }
        nodes.append(
            BuildNode(
                id: nodes.count, stage: stage, operation: operation, parent: parent,
                inputs: Set(inputs).sorted(), step: step, definition: key.hex))
        return nodes.count - 1
    }

    /// The node that provides the files of an origin; nil for the main context. Contexts and images have one node each,
    /// however many steps use them.
    func source(_ origin: StageGraph.Origin?, for stage: Int) throws -> Int? {
        switch origin {
        case .scratch: return nil
        case .stage(let index): return try lastNode(ofStage: index)
        case .context(let name): return source("context \(name)", .context(name), stage)
        case .image(let name): return source("image \(name)", .image(name), stage)
        case nil: return source("context", .context(nil), stage)
        }
    }

    private func source(_ name: String, _ operation: BuildNode.Operation, _ stage: Int) -> Int {
        if let known = sources[name] { return known }
        let id = add(operation, stage: stage, parent: nil)
        sources[name] = id
        return id
    }
}

extension StageGraph.Origin {
    /// The index of the stage that it is, if it is one.
    package var stage: Int? {
        if case .stage(let index) = self { index } else { nil }
    }
}

extension BuildNode.Operation {
    /// A name for keys and for users.
    package var name: String {
        switch self {
        case .base: "FROM"
        case .context: "context"
        case .image: "image"
        case .configure: "configure"
        case .identify: "identify"
        case .run: "RUN"
        case .copy(let copy): copy.isAdd ? "ADD" : "COPY"
        case .makeDirectory: "WORKDIR"
        case .makeVolumes: "VOLUME"
        case .finish: "image of the stage"
        }
    }

    /// Adds what was asked to a key.
    fileprivate func add(to key: inout CacheKey) {
        switch self {
        case .base, .configure, .finish: break
        case .context(let name): key.add("name", name ?? "")
        case .image(let name): key.add("name", name)
        case .identify(let stage): key.add("stage", stage.map { "\($0)" } ?? "")
        case .run(let run):
            run.add(to: &key)
            key.add("network", run.network ?? "")
            key.add("security", run.isInsecure ? "insecure" : "")
        case .copy(let copy):
            key.add("sources", copy.sources)
            key.add("excludes", copy.excludes)
            copy.add(to: &key)
        case .makeDirectory(let directory): directory.add(to: &key)
        case .makeVolumes(let paths): key.add("new volumes", paths)
        }
    }
}
