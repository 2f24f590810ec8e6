import BuildGraph
import DockerfileChecks
import DockerfileSyntax
import ImageModel
import ProgressEvents
import WorkingContainers

/// The checks of one build, reported as warnings: what can be said at its beginning, and, for each stage, what depends
/// on its base image.
final class BuildChecks {
    private let dockerfile: Dockerfile
    private let options: CheckOptions
    private let inputs: StageChecks.Inputs
    private let defaults: [String: String]?
    private let isFatal: Bool
    private let report: ProgressHandler
    /// What the instructions of completed stages leave behind, by index.
    private var states: [Int: StageChecks.State] = [:]
    private var broken: Set<String> = []
    /// The stages about which everything has been said at the beginning.
    private var complete: Set<Int> = []
    /// The stages whose layers are part of the image.
    private var shipped: Set<Int> = []
    /// All findings so far, in the order in which they were reported.
    private(set) var findings: [CheckFinding] = []

    /// - Parameters:
    ///   - defaults: values of the arguments for FROM lines without `--build-arg`; nil if there is an error in them.
    ///   - isFatal: whether findings end the build.
    init(
        _ dockerfile: Dockerfile, _ options: CheckOptions, inputs: StageChecks.Inputs, defaults: [String: String]?,
        isFatal: Bool, report: @escaping ProgressHandler
    ) {
        self.dockerfile = dockerfile
        self.options = options
        self.inputs = inputs
        self.defaults = defaults
        self.isFatal = isFatal
        self.report = report
    }

    /// The checks of the whole file, which need no plan.
    func checkFile() {
        for finding in FileChecks.findings(dockerfile, options, globals: inputs.globals, defaults: defaults) {
            tell(finding)
        }
    }

    /// The checks of stages, as far as their base images do not matter.
    ///
    /// - Throws: `BuildError` if there are findings, those of the file included, and they are errors.
    func begin(_ stages: [BuildPlan.PlannedStage]) throws {
        var known: [CheckFinding] = []
        shipped = Self.shipped(of: stages)
        for planned in stages {
            let start = start(of: planned, image: nil)
            if start.isComplete { complete.insert(planned.stage.index) }
            known += findings(in: planned, from: start).findings
        }
        for finding in known.sorted(by: { $0.range.start < $1.range.start }) { tell(finding) }
        try failIfAsked()
    }

    /// The checks of a stage on top of its image: those that could not be made in the beginning.
    ///
    /// - Parameter mismatch: the platform of the image, and the one that was wanted instead; nil if it is the right one.
    func check(
        _ planned: BuildPlan.PlannedStage, on image: ContainerConfig, mismatch: (found: Platform, wanted: Platform)?
    ) throws {
        var checks = findings(in: planned, from: start(of: planned, image: image))
        guard !complete.contains(planned.stage.index) else { return }
        if let (found, wanted) = mismatch {
            checks.findPlatform(of: planned.base, found: "\(found)", wanted: "\(wanted)", in: planned.stage)
        }
        for finding in checks.findings.sorted(by: { $0.range.start < $1.range.start })
        where finding.rule.needsBaseImage {
            tell(finding)
        }
        try failIfAsked()
    }

    private func findings(in planned: BuildPlan.PlannedStage, from state: StageChecks.State) -> StageChecks {
        var checks = StageChecks(
            dockerfile, options, inputs, from: state, isShipped: shipped.contains(planned.stage.index))
        checks.check(planned.stage)
        states[planned.stage.index] = checks.state
        return checks
    }

    /// The last stage and those that it is based on.
    private static func shipped(of stages: [BuildPlan.PlannedStage]) -> Set<Int> {
        var shipped: Set<Int> = []
        var next = stages.last
        while let planned = next, shipped.insert(planned.stage.index).inserted {
            guard case .stage(let base) = planned.origin else { break }
            next = stages.first { $0.stage.index == base }
        }
        return shipped
    }

    private func start(of planned: BuildPlan.PlannedStage, image: ContainerConfig?) -> StageChecks.State {
        switch planned.origin {
        case .stage(let index): states[index] ?? .unknown
        case .scratch: StageChecks.State(environment: ["PATH="], hasShell: false)
        default:
            image.map { StageChecks.State(environment: $0.env ?? [], hasShell: $0.shell?.isEmpty == false) } ?? .unknown
        }
    }

    private func tell(_ finding: CheckFinding) {
        broken.insert(finding.rule.rawValue)
        findings.append(finding)
        report(.warning(finding.diagnostic(file: dockerfile.source.file).rendered(source: dockerfile.source)))
    }

    /// `# check=error=true`
    private func failIfAsked() throws {
        guard isFatal, !broken.isEmpty else { return }
        let names = broken.sorted().joined(separator: ", ")
        throw BuildError(.invalid, "lint violation found for rules: \(names)")
    }
}
