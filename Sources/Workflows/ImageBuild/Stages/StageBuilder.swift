import ContainerStore
import DockerfileSyntax
import ImageLayers
import ImageModel
import LinuxSystem
import ProgressEvents
import WorkingContainers

/// Builds one stage: executes its instructions in order, on its base image.
final class StageBuilder {
    let session: BuildSession
    let stage: Dockerfile.Stage
    var log: BuildLog
    var draft: ImageDraft
    var scope: StageScope
    var shell: [String]
    /// Whether the stage has set CMD itself: ENTRYPOINT discards an inherited one.
    var setsCommand = false
    /// The root shared by all steps if the build creates a single layer.
    var sharedRoot: WritableRoot?
    /// Whether a command may have changed files in the shared root.
    var ranCommand = false
    /// The volumes since the last step that could create their directories.
    var newVolumes: [String] = []
    /// Whether any step was executed rather than found in the cache.
    var didWork = false
    /// The host name for the stage's commands.
    let hostname: String
    private let instructions: [Instruction]
    private let globalArguments: [String: String]
    private let baseName: String?
    private let inheritedHistory: Int

    /// - Parameter inherited: the arguments of the stage that this one is based on.
    init(
        _ planned: BuildPlan.PlannedStage, from draft: ImageDraft, inherited: [StageScope.Argument], log: BuildLog,
        in session: BuildSession
    ) {
        stage = planned.stage
        instructions = planned.instructions
        hostname = session.plan.hostname ?? RandomBytes.hex(6)
        self.session = session
        self.draft = draft
        globalArguments = session.plan.globalArguments
        self.log = log
        baseName = draft.baseName
        inheritedHistory = draft.config.history?.count ?? 0
        self.draft.baseName = nil
        let container = draft.container
        scope = StageScope(environment: container.env ?? [], arguments: inherited)
        shell = container.shell ?? ["/bin/sh", "-c"]
    }

    /// Executes the base image's triggers and the stage's instructions.
    ///
    /// - Returns: the stage's image.
    ///
    /// - Parameters:
    ///   - prepended: additional instructions at the beginning of the stage.
    ///   - appended: additional instructions at its end.
    func build(
        triggers: [Instruction], prepended: [Instruction] = [], appended: [Instruction]
    ) throws -> ImageDraft {
        do {
            for instruction in triggers { try perform(instruction, at: stage.fromInstruction.range) }
            for instruction in prepended { try perform(instruction, at: nil) }
            for instruction in instructions { try perform(instruction, at: instruction.range) }
            for instruction in appended { try perform(instruction, at: nil) }
            if !session.options.makesLayers, !newVolumes.isEmpty {
                try makeVolumes(newVolumes, in: rootOfAllSteps())
                didWork = true
            }
            try finishSharedRoot()
            noteBase()
        } catch {
            sharedRoot?.discard()
            throw error
        }
        return draft
    }

    /// Records the stage's base image once in the history: at the end if a single layer is created.
    private func noteBase() {
        let count = draft.config.history?.count ?? 0
        guard let baseName, count > inheritedHistory else { return }
        let place = session.options.makesLayers ? inheritedHistory : count - 1
        draft.config.history?[place].comment = "FROM \(baseName)"
    }

    private func perform(_ instruction: Instruction, at range: SourceRange?) throws {
        log.begin(instruction.text)
        do {
            let before = ResourceUsage.now()
            try carryOut(instruction)
            try session.options.reportsUsage?(ResourceUsage.now().since(before))
        } catch {
            throw session.located(error, at: range, step: instruction.text)
        }
    }

    private func carryOut(_ instruction: Instruction) throws {
        switch instruction.kind {
        case .from:
            throw BuildError(.invalid, "FROM cannot stand inside a stage")
        case .run(let run): try self.run(run, instruction)
        case .copy(let copy): try self.copy(copy, instruction, isAdd: false)
        case .add(let add): try self.copy(add, instruction, isAdd: true)
        case .workdir(let path): try changeDirectory(path, instruction)
        case .volume(let words): try addVolumes(words, instruction)
        case .arg(let declarations):
            for declaration in declarations { try declare(declaration) }
            record(instruction)
        default:
            try configure(instruction)
            record(instruction)
        }
    }

    /// Records an instruction that only changes the configuration in the history.
    func record(_ instruction: Instruction) {
        draft.addHistory(
            History(
                created: Clock.rfc3339(session.now), createdBy: "/bin/sh -c #(nop) \(instruction.text)",
                emptyLayer: true))
    }

    // MARK: Variables

    func expand(_ word: Word) throws -> String {
        try session.dockerfile.expander.expand(word, in: session.dockerfile.source.file) { self.scope.value(of: $0) }
            .value
    }

    /// An ARG's value: the one given for the build, else its default, else that of the global ARG of that name.
    private func declare(_ declaration: ArgumentDeclaration) throws {
        session.declaredArguments.insert(declaration.name)
        var value = session.options.buildArguments[declaration.name]
        if value == nil { value = try declaration.defaultValue.map(expand) }
        if value == nil { value = globalArguments[declaration.name] }
        let known = PredefinedArguments.proxy.union(PredefinedArguments.platform).union(PredefinedArguments.builder)
        if value == nil, scope.value(of: declaration.name) == nil, !known.contains(declaration.name) {
            session.report(
                .warning(
                    "[Warning] missing \"\(declaration.name)\" build argument. "
                        + "Try adding \"--build-arg \(declaration.name)=<VALUE>\" to the command line"))
        }
        scope.declare(argument: declaration.name, value)
    }

    // MARK: Steps that change files

    /// The result of a step that changes files.
    struct StepResult {
        let created: FileTime
        let isEmpty: Bool
    }

    /// Executes a step that changes files, or takes its result from the cache.
    ///
    /// - Parameters:
    ///   - modification: the modification times of the changed files; nil for the build's.
    ///   - step: performs the step in a writable root.
    func changeFiles(
        _ key: CacheKey, createdBy: String, modification: ModificationTimes? = nil,
        _ step: (WritableRoot) throws -> Void
    ) throws {
        let volumes = newVolumes
        newVolumes = []
        var key = key
        if !volumes.isEmpty { key.add("new volumes", volumes) }
        func body(_ root: WritableRoot) throws {
            try makeVolumes(volumes, in: root)
            try step(root)
        }
        let result: StepResult
        if !session.options.makesLayers {
            try body(rootOfAllSteps())
            didWork = true
            // The step that owns the single layer is determined at the end of the stage.
            result = StepResult(created: session.now, isEmpty: true)
        } else if let cached = try takeFromCache(key) {
            result = cached
        } else {
            result = try makeLayer(key, createdBy, modification ?? session.options.modification, body)
        }
        draft.addHistory(
            History(
                created: Clock.rfc3339(result.created), createdBy: createdBy, emptyLayer: result.isEmpty ? true : nil))
    }

    /// The root of a single-layer build.
    private func rootOfAllSteps() throws -> WritableRoot {
        let root = try sharedRoot ?? WritableRoot(over: draft.topLayer, in: session.store)
        sharedRoot = root
        return root
    }

    private func recordDecision(_ key: CacheKey, _ decision: String, _ detail: String) {
        DebugLog.write(
            "build cache",
            [
                ("decision", decision), ("detail", detail), ("key", key.hex), ("parent", draft.topLayer ?? ""),
                ("stage", stage.name ?? "\(stage.index)"),
            ])
    }

    /// Whether the stage is one of those that are built without a cache.
    var isUncached: Bool {
        let names = session.options.uncachedStages
        return !names.isEmpty && (names.contains("\(stage.index)") || stage.name.map(names.contains) ?? false)
    }

    private func takeFromCache(_ key: CacheKey) throws -> StepResult? {
        func miss(_ reason: String) -> StepResult? {
            recordDecision(key, "miss", reason)
            return nil
        }
        guard session.options.usesCache, !isUncached else { return miss("the cache is not used") }
        guard let hit = try session.cache.lookup(key.hex) else { return miss("no entry") }
        guard hit.parent == draft.topLayer else { return miss("the entry is for another parent") }
        guard session.options.cacheAge.map({ Clock.now().seconds - hit.created.seconds <= $0 }) ?? true else {
            return miss("the entry is too old")
        }
        if let id = hit.layer {
            guard let layer = try session.store.layer(id) else { return miss("its layer is gone") }
            try draft.add(layer)
        }
        recordDecision(key, "hit", hit.layer ?? "no layer")
        log.cached(draft.topLayer ?? key.hex)
        return StepResult(created: session.options.created ?? hit.created, isEmpty: hit.layer == nil)
    }

    private func makeLayer(
        _ key: CacheKey, _ createdBy: String, _ modification: ModificationTimes,
        _ body: (WritableRoot) throws -> Void
    ) throws -> StepResult {
        didWork = true
        let root = try WritableRoot(over: draft.topLayer, in: session.store)
        let outcome: WritableRoot.Outcome
        do {
            try body(root)
            outcome = try root.commit(modification: modification)
        } catch {
            root.discard()
            throw error
        }
        let created = session.now
        let parent = draft.topLayer
        var layer: LayerRecord?
        if case .layer(let made) = outcome {
            try draft.add(made)
            layer = made
        }
        try session.cache.record(
            key.hex, BuildCacheIndex.Entry(layer: layer?.id, parent: parent, created: created, note: createdBy))
        if let top = draft.topLayer { log.done(top) }
        return StepResult(created: created, isEmpty: layer == nil)
    }

    /// Creates the layer of a single-layer build.
    private func finishSharedRoot() throws {
        guard let root = sharedRoot else { return }
        sharedRoot = nil
        let outcome: WritableRoot.Outcome
        do {
            outcome = try root.commit(
                modification: ranCommand ? session.options.modification : session.ownFilesModification)
        } catch {
            root.discard()
            throw error
        }
        guard case .layer(let layer) = outcome else { return }
        try draft.add(layer)
        // The layer covers all steps: it belongs to the last history entry.
        if var history = draft.config.history, let last = history.indices.last {
            history[last].emptyLayer = nil
            draft.config.history = history
        }
    }
}
