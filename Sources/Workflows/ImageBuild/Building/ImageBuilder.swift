package import ContainerStore
import ContentDigest
import DockerfileSyntax
package import ImageModel
package import LinuxSystem
package import ProgressEvents
import WorkingContainers

/// Builds an image from a Dockerfile.
///
/// The process must be able to mount (in its own user namespace, or in a mount namespace as root). A failed build
/// leaves its completed steps in the build cache, and nothing else.
package struct ImageBuilder {
    let options: BuildOptions
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
        /// The creation time, if it is not the time of the build: files outside of the store have it, too.
        package let fixedTime: FileTime?
    }

    /// Builds the target and commits its image under the requested names.
    package func build() throws -> Result {
        let (dockerfile, _) = try Self.parse(options)
        let resolved = try SourceDateEpoch(dockerfile, options).applied(in: store)
        return try ImageBuilder(resolved, store: store, images: images, report: report).build(dockerfile)
    }

    private func build(_ dockerfile: Dockerfile) throws -> Result {
        let checks = try makeChecks(of: dockerfile)
        let plan = try BuildPlan(dockerfile, options: options)
        let session = BuildSession(
            options: options, dockerfile: dockerfile, plan: plan, store: store, images: images, context: try context(),
            report: report)
        warnOfUnknownStages(in: dockerfile)
        try checks?.begin(plan.stages)
        session.checks = checks
        if let result = try unchangedBase(plan, session) { return result }
        var didWork = false
        for planned in plan.stages where try complete(planned, session) { didWork = true }
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

    /// The checks of the build, those of the whole file made; nil if there are none to make.
    private func makeChecks(of dockerfile: Dockerfile) throws -> BuildChecks? {
        guard
            options.makesChecks || dockerfile.directives.check != nil
                || options.buildArguments["BUILDKIT_DOCKERFILE_CHECK"] != nil
        else { return nil }
        let checks = try Self.checks(of: dockerfile, options, fails: true, report: report)
        checks.checkFile()
        return checks
    }

    /// `--no-cache-filter` with a name that no stage has.
    private func warnOfUnknownStages(in dockerfile: Dockerfile) {
        let stages = Set(dockerfile.stages.flatMap { ["\($0.index)"] + ($0.name.map { [$0] } ?? []) })
        for name in options.uncachedStages.subtracting(stages).sorted() {
            report(.warning("[Warning] --no-cache-filter: there is no stage \(name)"))
        }
    }

    /// The base image itself, if the build is nothing but a FROM: as in Buildah and Docker, it only gets other names.
    private func unchangedBase(_ plan: BuildPlan, _ session: BuildSession) throws -> Result? {
        guard plan.stages.count == 1, let only = plan.stages.first, only.stage.instructions.isEmpty,
            case .image = only.origin, options.changesNothing
        else { return nil }
        let image: StoredImage
        do {
            image = try baseImage(only, named: only.base)
        } catch {
            throw session.located(error, at: only.stage.fromInstruction.range)
        }
        guard image.config.config?.onBuild?.isEmpty ?? true else { return nil }
        BuildLog(report: report, stage: plan.label(of: only), stepCount: 1).beginOnly(plan.announcement(of: only))
        plan.checkBuildArguments(triggered: [], report)
        report(.commitStarted(name: options.announcedName, stage: plan.label(of: only)))
        try options.announce(image.record.id)
        try store.addNames(image: image.record.id, options.names)
        guard let named = try store.image(image.record.id) else {
            throw BuildError(.stepFailed, "image \(image.record.id) has vanished from the store")
        }
        return Result(image: named, manifest: image.manifest, fixedTime: nil)
    }

    private func context() throws -> BuildContext? {
        guard let directory = options.contextDirectory else { return nil }
        let ignored = try options.ignoreFile.map { try IgnorePatterns(parsing: $0.content, file: $0.name) }
        return BuildContext(
            directory: try NamedDirectory(trusting: directory), ignored: ignored, ignoreFile: options.ignoreFile?.name)
    }

    // MARK: Stages

    /// Builds a stage, after those that it uses, unless it is complete.
    ///
    /// - Returns: whether any step was executed.
    private func complete(_ planned: BuildPlan.PlannedStage, _ session: BuildSession) throws -> Bool {
        guard session.results[planned.stage.index] == nil else { return false }
        var didWork = false
        for index in session.plan.graph.nodes[planned.stage.index].stages
        where try complete(session.plan.stage(index), session) {
            didWork = true
        }
        return try buildStage(planned, session) || didWork
    }

    private func buildStage(_ planned: BuildPlan.PlannedStage, _ session: BuildSession) throws -> Bool {
        let stage = planned.stage
        let plan = session.plan
        let isLast = stage.index == plan.stages.last?.stage.index
        var didWork = false
        let labels = isLast ? try labelInstructions() : []
        let notes = try stageLabels(of: planned, session)
        // Before its base is fetched: nobody knows yet what triggers that adds.
        var log = BuildLog(
            report: report, stage: plan.label(of: planned),
            stepCount: 1 + notes.count + planned.instructions.count + labels.count)
        log.begin(plan.announcement(of: planned))
        var base: ImageDraft
        var triggers: [Instruction]
        do {
            base = try self.base(of: planned, session)
            triggers = try self.triggers(of: base, planned)
            for index in try plan.stages(usedBy: triggers, in: planned)
            where try complete(plan.stage(index), session) {
                didWork = true
            }
        } catch {
            throw session.located(error, at: stage.fromInstruction.range)
        }
        base.container.onBuild = nil
        try session.checks?.check(planned, on: base.container)
        adapt(&base, of: planned)
        log.stepCount += triggers.count
        var inherited: [StageScope.Argument] = []
        if case .stage(let index) = planned.origin { inherited = session.arguments[index] ?? [] }
        let builder = StageBuilder(planned, from: base, inherited: inherited, log: log, in: session)
        let draft = try builder.build(triggers: triggers, prepended: notes, appended: labels)
        session.results[stage.index] = draft
        session.arguments[stage.index] = builder.scope.arguments
        if options.savesStages, !isLast, !stage.instructions.isEmpty {
            session.savedStages[stage.index] = try save(draft, session, didWork: builder.didWork)
        }
        return builder.didWork || didWork
    }

    /// The triggers of a stage's base, and for a directory as base the instruction that copies it.
    private func triggers(of base: ImageDraft, _ planned: BuildPlan.PlannedStage) throws -> [Instruction] {
        if case .context(let name) = planned.origin, case .directory? = options.contexts[name] {
            return [try Dockerfile.parseInstruction("COPY --from=\(name) . /", file: "--build-context \(name)")]
        }
        return try (base.container.onBuild ?? []).map {
            try Dockerfile.parseInstruction($0, file: "ONBUILD of \(planned.base)")
        }
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

    private func base(of planned: BuildPlan.PlannedStage, _ session: BuildSession) throws -> ImageDraft {
        switch planned.origin {
        case .scratch: return scratch(planned)
        case .stage(let index):
            guard let draft = session.results[index] else {
                throw BuildError(.notFound, "stage \(planned.base) has not been built")
            }
            return draft
        case .context(let name):
            guard case .image(let image)? = options.contexts[name] else { return scratch(planned) }
            return try imageBase(image, planned)
        case .image:
            do {
                return try imageBase(planned.base, planned)
            } catch {
                let hint = session.plan.hint(forImage: planned.base)
                if hint.isEmpty { throw error }
                throw BuildError(.notFound, "\(error)\(hint)")
            }
        }
    }

    private func scratch(_ planned: BuildPlan.PlannedStage) -> ImageDraft {
        var draft = ImageDraft(scratchFor: (planned.platform ?? options.platform).normalized)
        draft.container.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        draft.container.workingDir = "/"
        return draft
    }

    /// The image that a stage is based on.
    private func baseImage(_ planned: BuildPlan.PlannedStage, named name: String) throws -> StoredImage {
        if let requested = planned.platform ?? (options.requestsPlatform ? options.platform : nil) {
            return try images.baseImage(name, policy: options.pullPolicy, platform: requested)
        }
        let image = try images.baseImage(name, policy: options.pullPolicy, platform: nil)
        if options.platform.matches(image.config.platform) { return image }
        // Another stage may have fetched it, for a platform of its own.
        let policy: BuildOptions.PullPolicy = options.pullPolicy == .never ? .never : .missing
        if let own = try? images.baseImage(name, policy: policy, platform: options.platform) { return own }
        report(
            .warning(
                "[Warning] InvalidBaseImagePlatform: \(name) is for \(image.config.platform), "
                    + "not for \(options.platform)"))
        return image
    }

    private func imageBase(_ name: String, _ planned: BuildPlan.PlannedStage) throws -> ImageDraft {
        let image = try baseImage(planned, named: name)
        var draft = try ImageDraft(from: image, in: store)
        if options.inheritsAnnotations { draft.annotations = image.manifestAnnotations }
        draft.baseName = BaseImageName.chosen(for: name, among: image.record.names)
        BaseImageName.annotate(
            &draft.annotations, name: draft.baseName, digest: image.manifest.digest.description)
        return draft
    }

    // MARK: Committing

    private func commit(_ draft: inout ImageDraft, _ session: BuildSession, didWork: Bool) throws -> Result {
        finishConfiguration(of: &draft)
        if options.squashes { draft = try SquashedImage.squash(draft, in: store, session: session) }
        draft.changeAnnotations(
            annotatesCreation: options.annotatesCreation, unset: options.unsetAnnotations, set: options.annotations)
        return try keep(draft, session, didWork: didWork, names: options.names, announce: options.announce)
    }

    /// Keeps the image of a stage other than the target.
    private func save(_ draft: ImageDraft, _ session: BuildSession, didWork: Bool) throws -> String {
        var draft = draft
        finishConfiguration(of: &draft)
        for label in options.layerLabels {
            draft.container.labels = (draft.container.labels ?? [:]).merging([label.key: label.value]) { $1 }
        }
        return try keep(draft, session, didWork: didWork, names: [], announce: { _ in }).image.id
    }

    /// Stores an image, unless the same one is there already.
    private func keep(
        _ draft: ImageDraft, _ session: BuildSession, didWork: Bool, names: [String],
        announce: (String) throws -> Void
    ) throws -> Result {
        var draft = draft
        if options.omitsHistory { draft.config.history = nil }
        let identity = ImageIdentity(of: draft, format: options.format, created: options.created)
        if !didWork, options.usesCache, let known = try identity.knownImage(in: store) {
            try announce(known.record.id)
            try store.addNames(image: known.record.id, names)
            guard let named = try store.image(known.record.id) else {
                throw BuildError(.stepFailed, "image \(known.record.id) has vanished from the store")
            }
            return Result(image: named, manifest: known.manifest, fixedTime: options.created)
        }
        let (record, manifest) = try draft.commit(
            to: store, format: options.format, names: names, created: session.now, announce: announce)
        try identity.remember(record, in: store)
        return Result(image: record, manifest: manifest, fixedTime: options.created)
    }

    /// Applies the options for the final image.
    private func finishConfiguration(of draft: inout ImageDraft) {
        var container = draft.container
        if !options.identityLabels.isEmpty, options.created == nil || options.identifiesFixedTimes {
            var labels = container.labels ?? [:]
            for label in options.identityLabels { labels[label.key] = label.value }
            container.labels = labels
        }
        container.env = container.env?.filter { entry in
            !options.unsetEnvironment.contains { entry == $0 || entry.hasPrefix($0 + "=") }
        }
        draft.container = container
        if options.requestsPlatform, draft.config.platform.normalized != options.platform.normalized {
            draft.config.os = options.platform.normalized.os
            draft.config.architecture = options.platform.normalized.architecture
            draft.config.variant = options.platform.normalized.variant
        }
        if let version = options.osVersion { draft.config.osVersion = version }
        for feature in options.osFeatures {
            draft.config.osFeatures = EditedList.features(draft.config.osFeatures ?? [], feature)
        }
    }
}
