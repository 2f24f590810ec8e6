import BuildGraph
import ProgressEvents

/// Reports the progress of one stage of a build.
struct BuildLog {
    let report: ProgressHandler
    /// `1/2` if the build has several stages.
    let stage: String?
    let stepCount: Int
    private var step = 0

    init(report: @escaping ProgressHandler, stage: String?, stepCount: Int) {
        self.report = report
        self.stage = stage
        self.stepCount = stepCount
    }

    mutating func begin(_ step: BuildNode.Step) {
        self.step = step.index
        report(.stepStarted(index: step.index, of: stepCount, text: step.text, stage: stage))
    }

    /// Begins the only step.
    func beginOnly(_ text: String) {
        report(.stepStarted(index: 1, of: 1, text: text, stage: stage))
    }

    func cached(_ id: String) {
        report(.stepCached(index: step, image: id, isLast: step == stepCount))
    }

    func done(_ id: String) {
        report(.message("--> \(id.prefix(12))"))
    }
}
