import BuildGraph
import ProgressEvents
import Synchronization
import Testing

@testable import ImageBuild

@Suite struct BuildLogTests {
    private final class Recorder: Sendable {
        let events = Mutex<[ProgressEvent]>([])
        func log(_ numbers: StepNumbers, _ stage: String) -> BuildLog {
            BuildLog(
                report: { event in self.events.withLock { $0.append(event) } },
                stage: .init(name: stage, position: nil), stepCount: 2, numbers: numbers)
        }
    }

    @Test func stepsOfSeveralStagesHaveDifferentNumbers() {
        let recorder = Recorder()
        let numbers = StepNumbers()
        var (first, second) = (recorder.log(numbers, "a"), recorder.log(numbers, "b"))
        first.begin(BuildNode.Step(index: 1, text: "FROM x", range: nil))
        second.begin(BuildNode.Step(index: 1, text: "FROM y", range: nil))
        second.done()
        first.done()
        first.begin(BuildNode.Step(index: 2, text: "RUN z", range: nil))
        first.output(.standardError, [1])
        first.failed()
        let (a, b) = (ProgressEvent.Stage(name: "a", position: nil), ProgressEvent.Stage(name: "b", position: nil))
        #expect(
            recorder.events.withLock { $0 } == [
                .stepStarted(id: 1, index: 1, of: 2, text: "FROM x", stage: a),
                .stepStarted(id: 2, index: 1, of: 2, text: "FROM y", stage: b),
                .stepDone(id: 2, layer: nil), .stepDone(id: 1, layer: nil),
                .stepStarted(id: 3, index: 2, of: 2, text: "RUN z", stage: a),
                .stepOutput(id: 3, stream: .standardError, bytes: [1]), .stepFailed(id: 3),
            ])
    }

    @Test func aStepEndsOnce() {
        let recorder = Recorder()
        var log = recorder.log(StepNumbers(), "a")
        log.failed()
        log.begin(BuildNode.Step(index: 1, text: "RUN x", range: nil))
        log.cached("i")
        log.done()
        log.failed()
        log.begin(BuildNode.Step(index: 2, text: "RUN y", range: nil))
        log.done(layer: "l")
        log.done()
        #expect(
            recorder.events.withLock { $0.filter { if case .stepStarted = $0 { false } else { true } } }
                == [.stepCached(id: 1, image: "i", isLast: false), .stepDone(id: 2, layer: "l")])
    }
}
