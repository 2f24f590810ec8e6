import BuildGraph
import CacheTransfer
package import ContainerStore
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
    let report: ProgressHandler

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
        let images = SharedImages(images)
        let plan = try BuildPlan(dockerfile, options.graphInputs)
        let session = BuildSession(
            options: options, dockerfile: dockerfile, plan: plan, store: store, images: images, context: try context(),
            report: report)
        warnOfUnknownStages(in: dockerfile)
        warnOfReplacedTarget(plan)
        try checks?.begin(plan.stages)
        let bases = StageBases(options, plan, store: store, images: images, report: report)
        if let result = try unchangedBase(plan, bases, checks, session) { return result }
        let graph = try graph(of: plan, dockerfile, bases, checks, session)
        let commit = ImageCommit(options, store)
        let didWork = try GraphExecution(graph, on: bases.drafts, commit, session).run()
        plan.checkBuildArguments(triggered: graph.declaredArguments, report)
        guard let last = plan.stages.last else { throw BuildError(.invalid, "there is no stage to build") }
        var draft = try session.result(ofStage: last.stage.index)
        report(.commitStarted(name: options.announcedName, stage: plan.label(of: last)))
        let result = try commit.commit(&draft, session, didWork: didWork)
        // Cache entries replaced by this build, or by one that was killed, would otherwise never be removed.
        try session.cache.collectIfChanged()
        return result
    }

    private func graph(
        of plan: BuildPlan, _ dockerfile: Dockerfile, _ bases: StageBases, _ checks: BuildChecks?,
        _ session: BuildSession
    ) throws -> BuildGraph {
        let surroundings = GraphPlanner.Surroundings(
            base: { try bases.find($0).container },
            inspect: { planned, container in
                let isStage = planned.origin.stage != nil
                let platform = try isStage ? options.platform : bases.find(planned).config.platform
                try checkBase(of: planned, container, platform: platform, checks)
            },
            check: { try CopySources.check($0, session.locator) }, report: report)
        return try GraphPlanner(plan, of: dockerfile, options.graphInputs, surroundings).graph()
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

    /// A named context that stands for the target: nothing of the Dockerfile is built.
    private func warnOfReplacedTarget(_ plan: BuildPlan) {
        guard let target = plan.stages.last, target.isReplaced, let name = target.stage.name else { return }
        report(
            .warning(
                "[Warning] --build-context \(name)=... replaces the target stage \(name): "
                    + "none of its instructions are executed"))
    }

    /// The base image itself, if the build is nothing but a FROM: as in Buildah and Docker, it only gets other names.
    private func unchangedBase(
        _ plan: BuildPlan, _ bases: StageBases, _ checks: BuildChecks?, _ session: BuildSession
    ) throws -> Result? {
        guard plan.stages.count == 1, let only = plan.stages.first, only.stage.instructions.isEmpty,
            case .image = only.origin, options.changesNothing
        else { return nil }
        let image: StoredImage
        do {
            image = try bases.image(only, named: only.base)
        } catch {
            throw session.locator.located(error, at: only.stage.fromInstruction.range)
        }
        guard image.config.config?.onBuild?.isEmpty ?? true else { return nil }
        try checkBase(of: only, image.config.config ?? ContainerConfig(), platform: image.config.platform, checks)
        var log = BuildLog(
            report: report, stage: plan.label(of: only), stepCount: 1, numbers: session.stepNumbers)
        log.begin(
            BuildNode.Step(
                index: 1, text: plan.announcement(of: only), range: only.stage.fromInstruction.range))
        log.done()
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
}
