import BuildGraph
import DockerfileSyntax
import Sandbox
import WorkingContainers

/// Executes a build graph.
struct GraphExecution: Sendable {
    private let graph: BuildGraph
    private let bases: [Int: ImageDraft]
    private let commit: ImageCommit
    private let session: BuildSession

    /// - Parameter bases: the images that stages start from, by the index of the stage.
    init(_ graph: BuildGraph, on bases: [Int: ImageDraft], _ commit: ImageCommit, _ session: BuildSession) {
        self.graph = graph
        self.bases = bases
        self.commit = commit
        self.session = session
    }

    /// Executes all nodes. After a failure, nothing of incomplete steps is left.
    ///
    /// - Returns: whether any step was executed rather than found in the cache.
    func run() throws -> Bool {
        let options = session.options
        let scheduler = NodeScheduler(
            nodes: graph.nodes, jobs: options.reportsUsage == nil ? options.jobs : 1, execute: execute,
            cancel: { session.cancellation.cancel() })
        do {
            try scheduler.run()
        } catch {
            for executor in session.endStages() { executor.discard() }
            throw error
        }
        return session.endStages().contains(where: \.didWork)
    }

    @Sendable
    private func execute(_ node: BuildNode) throws {
        switch node.operation {
        // Their files are looked at by the steps that use them.
        case .context, .image: return
        case .base: try begin(node)
        default: break
        }
        try session.executor(ofStage: node.stage).execute(node)
        guard case .finish = node.operation else { return }
        try session.options.observes(
            .stage(
                node.stage, name: session.plan.stage(node.stage).stage.name,
                topLayer: session.result(ofStage: node.stage).topLayer))
        try save(node.stage)
    }

    private func begin(_ node: BuildNode) throws {
        guard let stage = graph.stage(node.stage),
            let base = try stage.planned.origin.stage.map(session.result) ?? bases[stage.index]
        else { throw BuildError(.stepFailed, "the base of stage \(node.stage) is not known") }
        session.begin(StageExecutor(stage, from: base, in: session))
    }

    /// `--save-stages`
    private func save(_ index: Int) throws {
        let stage = session.plan.stage(index).stage
        guard session.options.savesStages, index != session.plan.stages.last?.stage.index,
            !stage.instructions.isEmpty
        else { return }
        let didWork = try session.executor(ofStage: index).didWork
        session.save(
            stage: index, image: try commit.save(session.result(ofStage: index), session, didWork: didWork))
    }
}
