import BuildGraph
import DockerfileChecks
import DockerfileSyntax
import ImageModel
import ProgressEvents

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
        for planned in stages { known += findings(in: planned, from: start(of: planned, image: nil)) }
        for finding in known.sorted(by: { $0.range.start < $1.range.start }) { tell(finding) }
        try failIfAsked()
    }

    /// The checks of a stage on top of its image: those that could not be made in the beginning.
    func check(_ planned: BuildPlan.PlannedStage, on image: ContainerConfig) throws {
        let start = start(of: planned, image: image)
        let found = findings(in: planned, from: start)
        guard !isKnownFromTheBeginning(planned.origin) else { return }
        for finding in found where finding.rule.needsBaseImage { tell(finding) }
        try failIfAsked()
    }

    private func findings(in planned: BuildPlan.PlannedStage, from state: StageChecks.State) -> [CheckFinding] {
        var checks = StageChecks(dockerfile, options, inputs, from: state)
        checks.check(planned.stage)
        states[planned.stage.index] = checks.state
        return checks.findings
    }

    private func start(of planned: BuildPlan.PlannedStage, image: ContainerConfig?) -> StageChecks.State {
        switch planned.origin {
        case .stage(let index): states[index] ?? .unknown
        case .scratch: StageChecks.State(environment: ["PATH="], hasShell: false)
        default:
            image.map { StageChecks.State(environment: $0.env ?? [], hasShell: $0.shell?.isEmpty == false) } ?? .unknown
        }
    }

    private func isKnownFromTheBeginning(_ origin: StageGraph.Origin) -> Bool { origin == .scratch }

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
