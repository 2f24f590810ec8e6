import BuildGraph
import ContainerStore
import ContentDigest
import DockerfileSyntax
import ImageModel
import ProgressEvents
import WorkingContainers

/// Finds the images that stages start from, while the build is being planned.
final class StageBases {
    private let options: BuildOptions
    private let plan: BuildPlan
    private let store: ContainerStore
    private let images: SharedImages
    private let report: ProgressHandler
    /// The images found so far, by the index of the stage.
    private(set) var drafts: [Int: ImageDraft] = [:]

    init(
        _ options: BuildOptions, _ plan: BuildPlan, store: ContainerStore, images: SharedImages,
        report: @escaping ProgressHandler
    ) {
        self.options = options
        self.plan = plan
        self.store = store
        self.images = images
        self.report = report
    }

    /// The image that a stage starts from, unless it is an earlier stage.
    func find(_ planned: BuildPlan.PlannedStage) throws -> ImageDraft {
        if let known = drafts[planned.stage.index] { return known }
        let draft = try base(of: planned)
        drafts[planned.stage.index] = draft
        return draft
    }

    private func base(of planned: BuildPlan.PlannedStage) throws -> ImageDraft {
        switch planned.origin {
        case .scratch, .stage: return scratch(planned)
        case .context(let name):
            guard case .image(let image)? = options.contexts[name] else { return scratch(planned) }
            return try imageBase(image, planned)
        case .image:
            do {
                return try imageBase(planned.base, planned)
            } catch {
                let hint = plan.hint(forImage: planned.base)
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
    func image(_ planned: BuildPlan.PlannedStage, named name: String) throws -> StoredImage {
        if let requested = planned.platform ?? (options.requestsPlatform ? options.platform : nil) {
            return try images.baseImage(name, policy: options.pullPolicy, platform: requested)
        }
        let image = try images.baseImage(name, policy: options.pullPolicy, platform: nil)
        if options.platform.matches(image.config.platform) { return image }
        // Another stage may have fetched it, for a platform of its own.
        let policy: BuildOptions.PullPolicy = options.pullPolicy == .never ? .never : .missing
        return (try? images.baseImage(name, policy: policy, platform: options.platform)) ?? image
    }

    private func imageBase(_ name: String, _ planned: BuildPlan.PlannedStage) throws -> ImageDraft {
        let image = try self.image(planned, named: name)
        var draft = try ImageDraft(from: image, in: store)
        draft.baseName = BaseImageName.chosen(for: name, among: image.record.names)
        guard options.inheritsAnnotations else { return draft }
        draft.annotations = image.manifestAnnotations
        BaseImageName.annotate(
            &draft.annotations, name: draft.baseName, digest: image.manifest.digest.description)
        return draft
    }
}
