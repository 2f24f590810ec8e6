import BuildGraph
import CacheTransfer
import ContainerStore
import DockerfileSyntax
import ImageLayers
import ImageModel
import LinuxSystem
import ProgressEvents
import WorkingContainers

/// Executes the nodes of one stage, and puts its image together.
///
/// `@unchecked Sendable`: the nodes of a stage depend on each other and are executed one after the other, on any threads.
final class StageExecutor: @unchecked Sendable {
    let session: BuildSession
    let stage: BuildGraph.Stage
    var log: BuildLog
    /// The image so far: its layers and its history.
    var draft: ImageDraft
    /// The root shared by all steps if the build creates a single layer.
    var sharedRoot: WritableRoot?
    /// Whether a command may have changed files in the shared root.
    var ranCommand = false
    /// Whether any step was executed rather than found in the cache.
    private(set) var didWork = false
    /// The host name for the stage's commands.
    let hostname: String
    private let baseName: String?
    private let inheritedHistory: Int
    /// FROM, until the stage's next node is executed: shown with that, it does not get between the steps of other stages.
    private var untoldBase: BuildNode.Step?
    /// Labels that are known only now.
    private var lateLabels: [String: String] = [:]

    /// - Parameter base: the image that the stage starts from.
    init(_ stage: BuildGraph.Stage, from base: ImageDraft, in session: BuildSession) {
        self.stage = stage
        self.session = session
        hostname = session.plan.hostname ?? RandomBytes.hex(6)
        log = BuildLog(
            report: session.report, stage: session.plan.label(of: stage.planned), stepCount: stage.stepCount,
            numbers: session.stepNumbers)
        draft = base
        draft.container = stage.base
        baseName = base.baseName
        draft.baseName = nil
        inheritedHistory = draft.config.history?.count ?? 0
    }

    /// Executes one of the stage's nodes.
    ///
    /// - Throws: `BuildError` with the position of the step.
    func execute(_ node: BuildNode) throws {
        if case .base = node.operation {
            untoldBase = node.step
            return
        }
        try untoldBase.map(begin)
        if untoldBase != nil { log.done() }
        untoldBase = nil
        try node.step.map(begin)
        do {
            let before = ResourceUsage.now()
            try carryOut(node)
            if node.step != nil {
                try session.options.reportsUsage?(ResourceUsage.now().since(before))
            }
            log.done()
        } catch {
            log.failed()
            throw session.located(error, at: node.step)
        }
    }

    private func begin(_ step: BuildNode.Step) throws {
        try session.options.secretGate.check(step, in: session.locator.file, session.report)
        log.begin(step)
    }

    private func carryOut(_ node: BuildNode) throws {
        switch node.operation {
        case .base, .context, .image: break
        case .configure: record(node.step?.text ?? "")
        case .identify(let earlier): try identify(earlierStage: earlier, node)
        case .run(let run): try self.run(run, node)
        case .copy(let copy): try self.copy(copy, node)
        case .makeDirectory(let directory): try make(directory, node)
        case .makeVolumes(let paths):
            try makeVolumes(paths, in: rootOfAllSteps())
            didWork = true
        case .finish: try finish()
        }
    }

    /// Records an instruction that only changes the configuration in the history.
    func record(_ text: String) {
        draft.addHistory(
            History(
                created: Clock.rfc3339(session.now), createdBy: "/bin/sh -c #(nop) \(text)", emptyLayer: true))
    }

    /// The stage's labels name the image of an earlier stage if that is kept.
    private func identify(earlierStage: Int?, _ node: BuildNode) throws {
        guard let id = earlierStage.flatMap(session.savedImage) else { return record(node.step?.text ?? "") }
        lateLabels[LabelInstruction.stageBase] = id
        record(try LabelInstruction.ofStage(stage.planned, base: id).text)
    }

    /// Completes the stage's image.
    private func finish() throws {
        try finishSharedRoot()
        noteBase()
        var container = stage.container
        if !lateLabels.isEmpty { container.labels = (container.labels ?? [:]).merging(lateLabels) { $1 } }
        draft.container = container
        if let author = stage.author { draft.config.author = author }
        session.complete(stage: stage.index, draft)
    }

    /// Records the stage's base image once in the history: at the end if a single layer is created.
    private func noteBase() {
        let count = draft.config.history?.count ?? 0
        guard let baseName, count > inheritedHistory else { return }
        let place = session.options.makesLayers ? inheritedHistory : count - 1
        draft.config.history?[place].comment = "FROM \(baseName)"
    }

    /// Discards what an incomplete stage has begun.
    func discard() {
        sharedRoot?.discard()
        sharedRoot = nil
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
    ///   - volumes: missing directories to make before.
    ///   - modification: the modification times of the changed files; nil for the build's.
    ///   - step: performs the step in a writable root.
    func changeFiles(
        _ key: CacheKey, createdBy: String, volumes: [String], modification: ModificationTimes? = nil,
        _ step: (WritableRoot) throws -> Void
    ) throws {
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
                ("stage", stage.planned.stage.name ?? "\(stage.index)"),
            ])
    }

    /// Whether the stage is one of those that are built without a cache.
    var isUncached: Bool {
        let names = session.options.uncachedStages
        guard !names.isEmpty else { return false }
        return names.contains("\(stage.index)") || stage.planned.stage.name.map(names.contains) ?? false
    }

    private func takeFromCache(_ key: CacheKey) throws -> StepResult? {
        func miss(_ reason: String) -> StepResult? {
            recordDecision(key, "miss", reason)
            return nil
        }
        guard session.options.usesCache, !isUncached else { return miss("the cache is not used") }
        guard let hit = try session.cache.lookup(key.hex) else { return miss("no entry") }
        guard hit.parent == draft.topLayer else { return miss("the entry is for another parent") }
        guard session.options.cacheAge.map({ Clock.now().isWithin($0, of: hit.created) }) ?? true else {
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
        let scanner: LayerSecretScanner?
        do {
            try body(root)
            scanner = LayerSecretScanner(session.options.secretGate, session.report)
            outcome = try root.commit(modification: modification, observer: scanner)
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
        // A build that does not allow the leak must not find the layer.
        if scanner?.hasFound != true {
            try session.cache.record(
                key.hex, BuildCacheIndex.Entry(layer: layer?.id, parent: parent, created: created, note: createdBy))
        }
        if let top = draft.topLayer { log.done(layer: top) }
        return StepResult(created: created, isEmpty: layer == nil)
    }

    /// Creates the layer of a single-layer build.
    private func finishSharedRoot() throws {
        guard let root = sharedRoot else { return }
        sharedRoot = nil
        let outcome: WritableRoot.Outcome
        do {
            outcome = try root.commit(
                modification: ranCommand ? session.options.modification : session.ownFilesModification,
                observer: LayerSecretScanner(session.options.secretGate, session.report))
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
