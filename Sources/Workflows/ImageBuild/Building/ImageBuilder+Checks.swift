import BuildGraph
package import DockerfileChecks
import DockerfileSyntax
package import ImageModel
import LinuxSystem
import ProgressEvents
package import WorkingContainers

/// What `build --call` tells about a Dockerfile without building it.
extension ImageBuilder {
    /// What checks find.
    package struct CheckResult: Sendable {
        /// In the order of the file.
        package let findings: [CheckFinding]
        /// The name of the file.
        package let file: String
        /// Base images that are not known: what depends on them is not found.
        package let unknownBases: [String]
    }

    /// The findings of all checks in the stages that the target needs, or in all stages without a target.
    ///
    /// - Parameter baseImage: looks for a base image where that is quickly done.
    ///
    /// - Throws: `BuildError` for a file that cannot be read, with the position of the error.
    package static func check(
        _ options: BuildOptions, baseImage: (_ name: String, Platform) -> StoredImage?
    ) throws -> CheckResult {
        let (dockerfile, source) = try parse(options)
        var options = options
        if options.target == nil { options.skipsUnusedStages = false }
        let plan = try BuildPlan(dockerfile, options.graphInputs)
        let checks = try checks(of: dockerfile, options, fails: false, report: { _ in })
        checks.checkFile()
        try checks.begin(plan.stages)
        var unknown: [String] = []
        for planned in plan.stages {
            var name: String?
            if case .image = planned.origin { name = planned.base }
            if case .context(let context) = planned.origin, case .image(let image)? = options.contexts[context] {
                name = image
            }
            if let name {
                let wanted = planned.platform ?? options.platform
                guard let image = baseImage(name, wanted) else {
                    if !unknown.contains(name) { unknown.append(name) }
                    continue
                }
                let platform = image.config.platform
                try checks.check(
                    planned, on: image.config.config ?? ContainerConfig(),
                    mismatch: wanted.matches(platform) ? nil : (platform, wanted))
            } else {
                try checks.check(planned, on: ContainerConfig(), mismatch: nil)
            }
        }
        return CheckResult(
            findings: checks.findings.sorted { $0.range.start < $1.range.start }, file: source.file,
            unknownBases: unknown)
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
        var chosen: CheckOptions
        do throws(CheckOptions.Failure) {
            chosen = try CheckOptions(parsing: text)
        } catch {
            throw BuildError(.invalid, "\(dockerfile.source.file): # check=\(text): \(error)")
        }
        do throws(CheckOptions.Failure) {
            try chosen.enable(options.checkRules)
        } catch {
            throw BuildError(.invalid, "--check-rules: \(error)")
        }
        let ignored = try options.ignoreFile.map { try IgnorePatterns(parsing: $0.content, file: $0.name) }
        // What is wrong with the arguments, the plan tells.
        let globals = try? BuildPlan.globalArguments(of: dockerfile, options.graphInputs)
        let inputs = StageChecks.Inputs(
            globals: globals ?? [:], buildArguments: options.buildArguments, ignored: ignored,
            copiedFiles: options.checkRules.isEmpty ? nil : copiedFiles(options, ignored))
        return BuildChecks(
            dockerfile, chosen, inputs: inputs, defaults: try? BuildPlan.defaults(of: dockerfile, options.graphInputs),
            isFatal: fails && chosen.failsOnFindings, report: report)
    }

    /// Looks into the build context; nil without one.
    private static func copiedFiles(_ options: BuildOptions, _ ignored: IgnorePatterns?) -> CopiedFiles? {
        guard let path = options.contextDirectory, let root = try? NamedDirectory(trusting: path) else { return nil }
        return { sources, excludes in
            // What cannot be found is an error of the build, not a finding.
            let selection = try? BuildContext.select(sources, from: root, ignored: ignored, excluding: excludes)
            return selection.map(copiedFiles)
        }
    }

    private static func copiedFiles(_ selection: CopySelection) -> [CopiedFile] {
        var files: [CopiedFile] = []
        for item in selection.items {
            if item.status.kind == .regular {
                files.append(CopiedFile(path: FileNameText.text(item.path), size: UInt64(clamping: item.status.size)))
            }
            for file in item.descendants where file.status.kind == .regular {
                let path = item.path.isEmpty ? file.path : item.path + [UInt8(ascii: "/")] + file.path
                files.append(CopiedFile(path: FileNameText.text(path), size: UInt64(clamping: file.status.size)))
            }
        }
        return files
    }
}

// Base images for another platform.
extension ImageBuilder {
    /// Tells what the checks find on top of a stage's base, or, if none are made, whether it is for another platform.
    ///
    /// - Parameter platform: the base's.
    func checkBase(
        of planned: BuildPlan.PlannedStage, _ container: ContainerConfig, platform: Platform, _ checks: BuildChecks?
    ) throws {
        let mismatch = mismatch(of: planned, platform)
        if let checks {
            try checks.check(planned, on: container, mismatch: mismatch)
        } else if let (found, wanted) = mismatch {
            report(.warning("[Warning] \(planned.base) is for \(found), not for \(wanted)"))
        }
    }

    private func mismatch(
        of planned: BuildPlan.PlannedStage, _ platform: Platform
    ) -> (found: Platform, wanted: Platform)? {
        switch planned.origin {
        case .image: break
        case .context(let name):
            guard case .image? = options.contexts[name] else { return nil }
        default: return nil
        }
        let wanted = planned.platform ?? options.platform
        return wanted.matches(platform) ? nil : (platform, wanted)
    }
}
