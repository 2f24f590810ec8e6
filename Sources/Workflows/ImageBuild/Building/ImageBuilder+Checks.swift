import BuildGraph
package import DockerfileChecks
import DockerfileSyntax
import ImageModel
import LinuxSystem
import ProgressEvents
import WorkingContainers

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
