package import ContainerStore
import ContentDigest
import DockerfileSyntax
package import ImageModel
import LinuxSystem
package import ProgressEvents
import WorkingContainers

/// Builds an image from a Dockerfile.
///
/// The process must be able to mount (in its own user namespace, or in a mount namespace as root). A failed build
/// leaves its completed steps in the build cache, and nothing else.
package struct ImageBuilder {
    private let options: BuildOptions
    private let store: ContainerStore
    private let images: any BaseImageProvider
    private let report: ProgressHandler

    package init(
        _ options: BuildOptions, store: ContainerStore, images: any BaseImageProvider,
        report: @escaping ProgressHandler
    ) {
        self.options = options
        self.store = store
        self.images = images
        self.report = report
    }

    /// The result of a build.
    package struct Result: Sendable {
        package let image: ImageRecord
        package let manifest: RawManifest
    }

    /// Builds the target and commits its image under the requested names.
    package func build() throws -> Result {
        let (dockerfile, _) = try Self.parse(options)
        let session = BuildSession(
            options: options, dockerfile: dockerfile, store: store, images: images, context: try context(),
            report: report)
        let plan = try BuildPlan(dockerfile, options: options)
        if options.makesChecks || dockerfile.directives.check != nil {
            let checks = try Self.checks(of: dockerfile, plan, options, fails: true, report: report)
            try checks.begin(globals: plan.globalArguments, stages: plan.stages)
            session.checks = checks
        }
        var didWork = false
        for planned in plan.stages {
            let isLast = planned.stage.index == plan.stages.last?.stage.index
            let (draft, worked) = try buildStage(planned, plan, session, isLast: isLast)
            session.results[planned.stage.index] = draft
            didWork = didWork || worked
        }
        plan.checkBuildArguments(triggered: session.declaredArguments, report)
        guard let last = plan.stages.last, var draft = session.results[last.stage.index] else {
            throw BuildError(.invalid, "there is no stage to build")
        }
        report(.commitStarted(name: options.announcedName, stage: plan.label(of: last)))
        let result = try commit(&draft, session, didWork: didWork)
        // Cache entries replaced by this build, or by one that was killed, would otherwise never be removed.
        try session.cache.collectIfChanged()
        return result
    }

    private func context() throws -> BuildContext? {
        guard let directory = options.contextDirectory else { return nil }
        let ignored = try options.ignoreFile.map { try IgnorePatterns(parsing: $0.content, file: $0.name) }
        return BuildContext(
            directory: try NamedDirectory(trusting: directory), ignored: ignored, ignoreFile: options.ignoreFile?.name)
    }

    // MARK: Stages

    private func buildStage(
        _ planned: BuildPlan.PlannedStage, _ plan: BuildPlan, _ session: BuildSession, isLast: Bool
    ) throws -> (ImageDraft, Bool) {
        let stage = planned.stage
        var base: ImageDraft
        var triggers: [Instruction] = []
        do {
            base = try self.base(of: planned, session)
            for text in base.container.onBuild ?? [] {
                triggers.append(try Dockerfile.parseInstruction(text, file: "ONBUILD of \(planned.base)"))
            }
        } catch {
            throw session.located(error, at: stage.fromInstruction.range)
        }
        base.container.onBuild = nil
        try session.checks?.check(planned, on: base.container)
        adapt(&base, of: planned)
        let labels = isLast ? try labelInstructions() : []
        let count = 1 + triggers.count + stage.instructions.count + labels.count
        var log = BuildLog(report: report, stage: plan.label(of: planned), stepCount: count)
        log.begin(plan.announcement(of: planned))
        let builder = StageBuilder(
            stage, from: base, globalArguments: plan.argumentsVisible(in: planned), log: log, in: session)
        let draft = try builder.build(triggers: triggers, appended: labels)
        return (draft, builder.didWork)
    }

    /// Applies the options for the start of every stage.
    private func adapt(_ base: inout ImageDraft, of planned: BuildPlan.PlannedStage) {
        if case .stage = planned.origin { return }
        if !options.inheritsLabels { base.container.labels = nil }
        for name in options.unsetLabels { base.container.labels?[name] = nil }
        if !options.environment.isEmpty {
            var scope = StageScope(environment: base.container.env ?? [])
            for (key, value) in options.environment { scope.setEnvironment(key, value) }
            base.container.env = scope.environment
        }
    }

    /// `--label`, as the last instructions of the build.
    private func labelInstructions() throws -> [Instruction] {
        func quoted(_ text: String) -> String {
            let special: Set<Character> = ["\"", "\\", "$"]
            return "\"" + text.map { special.contains($0) ? "\\\($0)" : "\($0)" }.joined() + "\""
        }
        return try options.labels.map { label in
            do {
                return try Dockerfile.parseInstruction(
                    "LABEL \(quoted(label.key))=\(quoted(label.value))", file: "--label")
            } catch {
                throw BuildError(.invalid, "invalid --label \(label.key)=\(label.value): \(error)")
            }
        }
    }

    private func base(of planned: BuildPlan.PlannedStage, _ session: BuildSession) throws -> ImageDraft {
        switch planned.origin {
        case .scratch:
            var draft = ImageDraft(scratchFor: planned.platform ?? options.platform)
            draft.container.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
            return draft
        case .stage(let index):
            guard let draft = session.results[index] else {
                throw BuildError(.notFound, "stage \(planned.base) has not been built")
            }
            return draft
        case .context(let name):
            guard case .image(let image)? = options.contexts[name] else {
                throw BuildError(.unsupported, "the build context \(name) is a directory, which cannot be a base")
            }
            return try imageBase(image, planned)
        case .image: return try imageBase(planned.base, planned)
        }
    }

    private func imageBase(_ name: String, _ planned: BuildPlan.PlannedStage) throws -> ImageDraft {
        let image = try images.baseImage(
            name, policy: options.pullPolicy, platform: planned.platform ?? options.platform)
        var draft = try ImageDraft(from: image, in: store)
        if options.inheritsAnnotations { draft.annotations = image.manifestAnnotations }
        for name in options.unsetAnnotations { draft.annotations[name] = nil }
        if let name = image.record.names.first { draft.annotations["org.opencontainers.image.base.name"] = name }
        draft.annotations["org.opencontainers.image.base.digest"] = image.manifest.digest.description
        draft.baseName = image.record.names.first
        return draft
    }

    // MARK: Committing

    private func commit(_ draft: inout ImageDraft, _ session: BuildSession, didWork: Bool) throws -> Result {
        finishConfiguration(of: &draft)
        if options.squashes { draft = try SquashedImage.squash(draft, in: store, session: session) }
        let identity = ImageIdentity(of: draft, format: options.format)
        if !didWork, options.usesCache, let known = try identity.knownImage(in: store) {
            try options.announce(known.record.id)
            try store.addNames(image: known.record.id, options.names)
            guard let named = try store.image(known.record.id) else {
                throw BuildError(.stepFailed, "image \(known.record.id) has vanished from the store")
            }
            return Result(image: named, manifest: known.manifest)
        }
        if options.omitsHistory { draft.config.history = nil }
        let (record, manifest) = try draft.commit(
            to: store, format: options.format, names: options.names, created: session.now, announce: options.announce)
        try identity.remember(record, in: store)
        return Result(image: record, manifest: manifest)
    }

    /// Applies the options for the final image.
    private func finishConfiguration(of draft: inout ImageDraft) {
        var container = draft.container
        if !options.identityLabels.isEmpty {
            var labels = container.labels ?? [:]
            for label in options.identityLabels { labels[label.key] = label.value }
            container.labels = labels
        }
        container.env = container.env?.filter { entry in
            !options.unsetEnvironment.contains { entry == $0 || entry.hasPrefix($0 + "=") }
        }
        draft.container = container
        if let version = options.osVersion { draft.config.osVersion = version }
        for feature in options.osFeatures {
            draft.config.osFeatures = EditedList.features(draft.config.osFeatures ?? [], feature)
        }
        for annotation in options.annotations { draft.annotations[annotation.key] = annotation.value }
    }
}
