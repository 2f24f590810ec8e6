import BuildGraph
import CacheTransfer
import ContainerStore
import DockerfileSyntax
import ImageLayers
package import ImageModel
import LinuxSystem
import ProgressEvents
import Sandbox
import Synchronization
package import WorkingContainers

/// State shared by the stages of one build, which may be executed by several threads.
final class BuildSession: Sendable {
    private struct State {
        /// The executors of stages that have begun, by the index of the stage.
        var executors: [Int: StageExecutor] = [:]
        /// The results of completed stages, by index.
        var results: [Int: ImageDraft] = [:]
        /// The ids of the kept images of completed stages, by index.
        var savedStages: [Int: String] = [:]
        /// The users that commands cannot have in this user namespace.
        var usersWarnedOf: Set<String> = []
        var hostFiles: HostFiles?
        /// The user's host paths, resolved once, before any step runs: a step that writes to one volume cannot redirect
        /// another one.
        var hostHandles: [String: PathHandle] = [:]
    }

    let options: BuildOptions
    let plan: BuildPlan
    let locator: ErrorLocator
    let store: ContainerStore
    let cache: StepCache
    let images: SharedImages
    let context: BuildContext?
    let report: ProgressHandler
    let stepNumbers = StepNumbers()
    let namedContexts: [String: NamedDirectory]
    /// Ends the commands of all steps.
    let cancellation = RunCancellation()
    private let state = Mutex(State())
    /// The cache mounts that this build has emptied (`--no-cache`), by their directories.
    private let renewedCaches = Mutex<Set<String>>([])

    init(
        options: BuildOptions, dockerfile: Dockerfile, plan: BuildPlan, store: ContainerStore,
        images: SharedImages, context: BuildContext?, report: @escaping ProgressHandler
    ) {
        self.options = options
        self.plan = plan
        locator = ErrorLocator(dockerfile.source)
        self.store = store
        cache = options.stepCache ?? StepCache(store)
        self.images = images
        self.context = context
        self.report = report
        // A missing one is an error once it is requested.
        var named: [String: NamedDirectory] = [:]
        for case (let name, .directory(let path)) in options.contexts {
            named[name] = try? NamedDirectory(trusting: path)
        }
        namedContexts = named
        for path in options.agentSockets.values { _ = try? handle(ofHost: path) }
        for case .file(let path) in options.secrets.values { _ = try? handle(ofHost: path) }
        _ = try? volumes()
        options.secretGate.add(options.secrets, handle)
    }

    // MARK: Stages

    func begin(_ executor: StageExecutor) { state.withLock { $0.executors[executor.stage.index] = executor } }

    func executor(ofStage index: Int) throws -> StageExecutor {
        guard let executor = state.withLock({ $0.executors[index] }) else {
            throw BuildError(.stepFailed, "stage \(index) has not begun")
        }
        return executor
    }

    /// Gives up the executors of all stages that have begun, which refer to this session.
    func endStages() -> [StageExecutor] {
        state.withLock { state in
            defer { state.executors = [:] }
            return Array(state.executors.values)
        }
    }

    func complete(stage index: Int, _ draft: ImageDraft) { state.withLock { $0.results[index] = draft } }

    func result(ofStage index: Int) throws -> ImageDraft {
        guard let draft = state.withLock({ $0.results[index] }) else {
            throw BuildError(.notFound, "stage \(index) has not been built")
        }
        return draft
    }

    func save(stage index: Int, image id: String) { state.withLock { $0.savedStages[index] = id } }

    /// The id of the kept image of a completed stage.
    func savedImage(ofStage index: Int) -> String? { state.withLock { $0.savedStages[index] } }

    // MARK: Things that happen once

    /// Whether nobody has been warned of this user yet.
    func isFirstWarning(of user: String) -> Bool { state.withLock { $0.usersWarnedOf.insert(user).inserted } }

    /// Empties a cache mount, unless this build has done that; other steps that want the same wait.
    func renewOnce(_ cache: String, _ renew: () throws -> Void) rethrows {
        try renewedCaches.withLock { renewed in
            if renewed.insert(cache).inserted { try renew() }
        }
    }

    /// The host files of containers, prepared when the first command runs.
    func hostFiles() throws -> HostFiles {
        try state.withLock { state in
            if let prepared = state.hostFiles { return prepared }
            let files = try HostFiles(store.layout)
            state.hostFiles = files
            return files
        }
    }

    /// A file or directory of the host, given by the user for the whole build.
    func handle(ofHost path: String) throws -> PathHandle {
        try state.withLock { state in
            if let known = state.hostHandles[path] { return known }
            let handle = try PathHandle(trusting: path)
            state.hostHandles[path] = handle
            return handle
        }
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

    // MARK: Times

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

    // MARK: Errors

    /// Adds the position of a step to an error that has none.
    func located(_ error: any Error, at step: BuildNode.Step?) -> BuildError {
        locator.located(error, at: step?.range, step: step?.text) { error in
            guard let known = error as? WorkingContainerError else { return false }
            return known.code == .noSuchSource || known.code == .invalid
        }
    }
}

/// Provides the base images of stages.
package protocol BaseImageProvider: AnyObject {
    /// The image with this name or id, fetched if the policy and the name allow it.
    func baseImage(_ name: String, policy: BuildOptions.PullPolicy, platform: Platform?) throws -> StoredImage
}

/// A provider for several threads: one image at a time.
///
/// `@unchecked Sendable`: the provider is used with the lock held only.
final class SharedImages: @unchecked Sendable {
    private let provider: any BaseImageProvider
    private let lock = Mutex(())

    init(_ provider: any BaseImageProvider) {
        self.provider = provider
    }

    /// See ``BaseImageProvider``.
    func baseImage(_ name: String, policy: BuildOptions.PullPolicy, platform: Platform?) throws -> StoredImage {
        try lock.withLock { _ in try provider.baseImage(name, policy: policy, platform: platform) }
    }
}
