import BuildGraph
package import DockerfileChecks
import DockerfileSyntax
import ProgressEvents

/// What `build --call` tells about a Dockerfile without building it.
extension ImageBuilder {
    /// The findings of all checks in the stages that the target needs, or in all stages without a target. Base images
    /// are not looked at: what depends on them is not found.
    ///
    /// - Throws: `BuildError` for a file that cannot be read, with the position of the error.
    package static func check(_ options: BuildOptions) throws -> (findings: [CheckFinding], file: String) {
        let (dockerfile, source) = try parse(options)
        var options = options
        if options.target == nil { options.skipsUnusedStages = false }
        let plan = try BuildPlan(dockerfile, options.graphInputs)
        let checks = try checks(of: dockerfile, options, fails: false, report: { _ in })
        checks.checkFile()
        try checks.begin(plan.stages)
        return (checks.findings.sorted { $0.range.start < $1.range.start }, source.file)
    }

    /// The findings as warnings with an excerpt of the file.
    package static func render(_ findings: [CheckFinding], _ options: BuildOptions) -> [String] {
        let source = SourceText(file: options.dockerfile.name, bytes: Array(options.dockerfile.text.utf8))
        return findings.map { $0.diagnostic(file: source.file).rendered(source: source) }
    }

    /// What can be set for a build of the target.
    package static func outline(_ options: BuildOptions) throws -> BuildOutline {
        let (dockerfile, _) = try parse(options)
        let plan = try BuildPlan(dockerfile, options.graphInputs)
        return BuildOutline(
            dockerfile, stages: plan.stages.map(\.stage.index), globals: plan.globalArguments,
            buildArguments: options.buildArguments)
    }

    /// A stage that can be built.
    package struct Target: Sendable {
        /// Nil if it has none.
        package let name: String?
        /// The comment above its FROM.
        package let description: String?
        /// Its base, as written.
        package let base: String
        /// Its platform, as written.
        package let platform: String?
        /// Line of its FROM.
        package let line: Int
        /// Whether it is built if no target is asked for.
        package let isDefault: Bool
    }

    /// All stages, in the order of the file.
    package static func targets(_ options: BuildOptions) throws -> [Target] {
        let (dockerfile, _) = try parse(options)
        return dockerfile.stages.map { stage in
            Target(
                name: stage.name,
                description: stage.name.flatMap { dockerfile.description(of: $0, above: stage.fromInstruction) },
                base: stage.from.base.text, platform: stage.from.platform?.text,
                line: stage.fromInstruction.range.start.line, isDefault: stage.index == dockerfile.stages.count - 1)
        }
    }

    /// The checks of a build.
    ///
    /// - Parameter fails: whether `error=true` applies.
    static func checks(
        of dockerfile: Dockerfile, _ options: BuildOptions, fails: Bool, report: @escaping ProgressHandler
    ) throws -> BuildChecks {
        let text = options.buildArguments["BUILDKIT_DOCKERFILE_CHECK"] ?? dockerfile.directives.check ?? ""
        let chosen: CheckOptions
        do throws(CheckOptions.Failure) {
            chosen = try CheckOptions(parsing: text)
        } catch {
            throw BuildError(.invalid, "\(dockerfile.source.file): # check=\(text): \(error)")
        }
        let ignored = try options.ignoreFile.map { try IgnorePatterns(parsing: $0.content, file: $0.name) }
        // What is wrong with the arguments, the plan tells.
        let globals = try? BuildPlan.globalArguments(of: dockerfile, options.graphInputs)
        let inputs = StageChecks.Inputs(
            globals: globals ?? [:], buildArguments: options.buildArguments, ignored: ignored)
        return BuildChecks(
            dockerfile, chosen, inputs: inputs, defaults: try? BuildPlan.defaults(of: dockerfile, options.graphInputs),
            isFatal: fails && chosen.failsOnFindings, report: report)
    }
}
