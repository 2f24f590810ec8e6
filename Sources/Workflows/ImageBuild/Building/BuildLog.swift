import ProgressEvents

/// Reports the progress of one stage of a build.
struct BuildLog {
    let report: ProgressHandler
    /// `1/2` if the build has several stages.
    let stage: String?
    /// The number of steps, as far as they are known.
    var stepCount: Int
    private(set) var step = 0

    init(report: @escaping ProgressHandler, stage: String?, stepCount: Int) {
        self.report = report
        self.stage = stage
        self.stepCount = stepCount
    }

    mutating func begin(_ text: String) {
        step += 1
        report(.stepStarted(index: step, of: stepCount, text: text, stage: stage))
    }

    /// Begins the only step.
    func beginOnly(_ text: String) {
        var log = self
        log.begin(text)
    }

    func cached(_ id: String) {
        report(.stepCached(index: step, image: id))
    }

    func done(_ id: String) {
        report(.message("--> \(id.prefix(12))"))
    }
}
