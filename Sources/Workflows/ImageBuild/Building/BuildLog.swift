import BuildGraph
import HTTPHeaders
import ProgressEvents
import Synchronization

/// Reports the steps of one stage of a build, one after the other: the only place that makes events of steps.
///
/// Each step that begins ends with exactly one event.
struct BuildLog {
    let report: ProgressHandler
    let stage: ProgressEvent.Stage
    let stepCount: Int
    private let numbers: StepNumbers
    private var step = 0
    /// The step in progress, if any.
    private var current: Int?

    init(report: @escaping ProgressHandler, stage: ProgressEvent.Stage, stepCount: Int, numbers: StepNumbers) {
        self.report = report
        self.stage = stage
        self.stepCount = stepCount
        self.numbers = numbers
    }

    mutating func begin(_ step: BuildNode.Step) {
        self.step = step.index
        let id = numbers.next()
        current = id
        report(
            .stepStarted(
                id: id, index: step.index, of: stepCount, text: AddressRedaction.redacted(step.text), stage: stage))
    }

    /// Passes on what the command of the step in progress writes, from any thread.
    var output: @Sendable (ProgressEvent.OutputStream, [UInt8]) -> Void {
        guard let current else { return { _, _ in } }
        return { [report] stream, bytes in report(.stepOutput(id: current, stream: stream, bytes: bytes)) }
    }

    mutating func cached(_ image: String) {
        let isLast = step == stepCount
        end { .stepCached(id: $0, image: image, isLast: isLast) }
    }

    mutating func done(layer: String) { end { .stepDone(id: $0, layer: layer) } }

    /// Ends the step unless it has ended, with success.
    mutating func done() { end { .stepDone(id: $0, layer: nil) } }

    /// Ends the step unless it has ended, with failure.
    mutating func failed() { end { .stepFailed(id: $0) } }

    private mutating func end(_ event: (Int) -> ProgressEvent) {
        guard let id = current else { return }
        current = nil
        report(event(id))
    }
}

/// Numbers the steps of a build, from any thread.
final class StepNumbers: Sendable {
    private let last = Atomic<Int>(0)

    func next() -> Int { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
