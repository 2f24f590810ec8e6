import ContainerStore
import DockerfileSyntax
import ImageLayers
package import ImageModel
import LinuxSystem
import ProgressEvents
import Sandbox
package import WorkingContainers

/// State shared by the stages of one build.
final class BuildSession {
    let options: BuildOptions
    let dockerfile: Dockerfile
    let plan: BuildPlan
    let store: ContainerStore
    let cache: BuildCacheIndex
    let images: any BaseImageProvider
    let context: BuildContext?
    let report: ProgressHandler
    /// The results of completed stages, by index.
    var results: [Int: ImageDraft] = [:]
    /// The arguments at the end of completed stages, by index.
    var arguments: [Int: [StageScope.Argument]] = [:]
    /// The ids of the kept images of completed stages, by index.
    var savedStages: [Int: String] = [:]
    /// The names declared by ARG instructions of stages, including triggers.
    var declaredArguments: Set<String> = []
    /// Nil if no checks are made.
    var checks: BuildChecks?
    /// The users that commands cannot have in this user namespace.
    var usersWarnedOf: Set<String> = []
    /// The cache mounts that this build has emptied (`--no-cache`), by their directories.
    var renewedCaches: Set<String> = []
    private var preparedHostFiles: HostFiles?
    /// The user's host paths, resolved once, before any step runs: a step that writes to one volume cannot redirect
    /// another one.
    private var hostHandles: [String: PathHandle] = [:]
    private(set) var namedContexts: [String: NamedDirectory] = [:]

    init(
        options: BuildOptions, dockerfile: Dockerfile, plan: BuildPlan, store: ContainerStore,
        images: any BaseImageProvider, context: BuildContext?, report: @escaping ProgressHandler
    ) {
        self.options = options
        self.dockerfile = dockerfile
        self.plan = plan
        self.store = store
        cache = BuildCacheIndex(store)
        self.images = images
        self.context = context
        self.report = report
        // A missing one is an error once it is requested.
        for case (let name, .directory(let path)) in options.contexts {
            namedContexts[name] = try? NamedDirectory(trusting: path)
        }
        for path in options.agentSockets.values { _ = try? handle(ofHost: path) }
        for case .file(let path) in options.secrets.values { _ = try? handle(ofHost: path) }
        _ = try? volumes()
    }

    /// The host files of containers, prepared when the first command runs.
    func hostFiles() throws -> HostFiles {
        if let preparedHostFiles { return preparedHostFiles }
        let files = try HostFiles(store.layout)
        preparedHostFiles = files
        return files
    }

    /// A file or directory of the host, given by the user for the whole build.
    func handle(ofHost path: String) throws -> PathHandle {
        if let known = hostHandles[path] { return known }
        let handle = try PathHandle(trusting: path)
        hostHandles[path] = handle
        return handle
    }

    /// The mounts for every command.
    func volumes() throws -> [SandboxMount] {
        try options.mounts.map { mount in
            guard case .bind(let path) = mount.source else { return mount }
            var opened = mount
            opened.source = .opened(try handle(ofHost: path), as: path)
            return opened
        }
    }

    /// The time for everything new: the requested one, or now.
    var now: FileTime {
        options.created ?? Clock.now()
    }

    /// The settings that affect modification times in layers, for cache keys.
    var timeKey: String {
        switch options.modification {
        case .own: ""
        case .fixed(let time): "\(time.seconds)"
        case .atMost(let time): "<=\(time.seconds)"
        }
    }

    /// The modification times of the files of a step whose every file this program makes.
    ///
    /// With a fixed time for copied files, neither do the directories made or changed on the way depend on the clock.
    var ownFilesModification: ModificationTimes {
        guard options.modification == .own, let time = options.fileTime else { return options.modification }
        return .atMost(time)
    }

    /// An error at a position in the Dockerfile.
    func error(
        _ code: BuildError.Code, at range: SourceRange?, _ message: String, exitCode: Int32? = nil
    ) -> BuildError {
        let diagnostic = Diagnostic(file: dockerfile.source.file, range: range, message)
        return BuildError(
            code, diagnostic.description, exitCode: exitCode, excerpt: diagnostic.rendered(source: dockerfile.source))
    }

    /// Adds the position of the instruction to an error that has none.
    ///
    /// - Parameter step: the instruction as known to the user, if it was being executed.
    func located(_ error: any Error, at range: SourceRange?, step: String? = nil) -> BuildError {
        let prefix = step.map { "building at STEP \"\($0)\": " } ?? ""
        return switch error {
        case let known as BuildError where known.excerpt != nil || known.code == .commandFailed: known
        case let diagnostic as Diagnostic:
            BuildError(.invalid, diagnostic.description, excerpt: diagnostic.rendered(source: dockerfile.source))
        case let known as WorkingContainerError where known.code == .noSuchSource || known.code == .invalid:
            self.error(.invalid, at: range, prefix + known.description)
        default: self.error(.stepFailed, at: range, prefix + "\(error)")
        }
    }
}

/// Provides the base images of stages.
package protocol BaseImageProvider: AnyObject {
    /// The image with this name or id, fetched if the policy and the name allow it.
    func baseImage(_ name: String, policy: BuildOptions.PullPolicy, platform: Platform?) throws -> StoredImage
}
