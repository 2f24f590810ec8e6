package import BuildGraph
package import CacheTransfer
package import ImageLayers
package import ImageModel
package import LinuxSystem
package import Sandbox
package import WorkingContainers

/// The options of a build. Values only: nothing here is read from the environment.
package struct BuildOptions: Sendable {
    /// When to fetch base images.
    package enum PullPolicy: String, Sendable {
        case always, missing, never, newer
    }

    /// The Dockerfile's name for messages, and its text.
    package var dockerfile: (name: String, text: String)
    /// The directory for COPY and ADD; nil for none.
    package var contextDirectory: String?
    /// The ignore file's name and content, if any.
    package var ignoreFile: (name: String, content: [UInt8])?
    package var buildArguments: [String: String] = [:]
    /// `NAME=value`: variables of commands in addition to the image's.
    package var defaultEnvironment: [String] = []
    /// The proxy variables of commands: specific to the host, never part of the image.
    package var proxies: [String: String] = [:]
    /// The name or index of the stage to build; nil for the last.
    package var target: String?
    /// Whether steps may be taken from the cache.
    package var usesCache = true
    /// Whether cache mounts start empty.
    package var renewsCacheMounts = false
    /// The names, in lower case, or numbers of stages that are built without a cache.
    package var uncachedStages: Set<String> = []
    /// Whether each step that changes files creates a layer. Otherwise the build adds a single layer to its base.
    package var makesLayers = true
    /// Whether the image gets a single layer, including its base.
    package var squashes = false
    package var pullPolicy = PullPolicy.missing
    package var labels: [(key: String, value: String)] = []
    package var annotations: [(key: String, value: String)] = []
    /// Whether the annotations tell the time of creation.
    package var annotatesCreation = true
    /// Whether the images of needed stages other than the target are kept, without names.
    package var savesStages = false
    /// Whether stages have labels with their names and bases.
    package var labelsStages = false
    /// Labels of the kept images of stages other than the target.
    package var layerLabels: [(key: String, value: String)] = []
    /// The creation time of the image and its history; nil for the value of `SOURCE_DATE_EPOCH` among the arguments, or
    /// now.
    package var created: FileTime?
    /// The modification time of copied files; nil for their own.
    package var fileTime: FileTime?
    /// The modification times of files in new layers.
    package var modification = ModificationTimes.own
    /// Whether no file in new layers is newer than `SOURCE_DATE_EPOCH` among the arguments.
    package var rewritesTimes = false
    /// The time that `SOURCE_DATE_EPOCH=context` stands for; nil if the context has none, like a local directory.
    package var contextTime: FileTime?
    /// Initial variables of every stage, in addition to its base image's.
    package var environment: [(key: String, value: String)] = []
    /// Names of variables to remove from the image.
    package var unsetEnvironment: [String] = []
    /// Names of labels and annotations that stages do not inherit from their base images.
    package var unsetLabels: [String] = []
    package var unsetAnnotations: [String] = []
    /// Whether stages inherit labels and annotations from their base images.
    package var inheritsLabels = true
    package var inheritsAnnotations = true
    /// Labels that identify the builder; they are not part of any step.
    package var identityLabels: [(key: String, value: String)] = []
    /// Whether an image with a fixed creation time has these labels, too.
    package var identifiesFixedTimes = true
    /// The value of the global ARG `SOURCE_DATE_EPOCH` once it is resolved; empty for unset, nil for unchanged.
    var globalEpoch: String?
    package var osVersion: String?
    /// `FEATURE` adds, `FEATURE-` removes.
    package var osFeatures: [String] = []
    /// Whether the image has no history.
    package var omitsHistory = false
    /// Replaces the base of the first FROM.
    package var firstBase: String?
    /// Whether to skip stages that the target does not need.
    package var skipsUnusedStages = true
    /// What steps may ask for beyond the build's own confinement.
    package var entitlements = BuildEntitlements()
    /// Finds the devices of `RUN --device`; nil to not support them.
    package var devices: (any BuildDeviceProvider)?
    /// Whether the user chose the network: then a step needs the entitlement for the host's.
    package var restrictsNetwork = false
    /// Whether the checks are made for a file without `# check=` as well. Buildah and Podman make none.
    package var makesChecks = true
    /// The checks to make in addition to those that are on by default: names, `own` or `all`.
    package var checkRules: [String] = []
    /// The maximum age of a cached result in nanoseconds; nil for any age.
    package var cacheAge: Int64?
    /// The results of steps, with imported ones; nil for those of the store alone.
    package var stepCache: StepCache?
    /// Additional contexts for `--from=` and FROM, by their canonical name.
    package var contexts: [String: NamedContext] = [:]
    /// The secrets for `RUN --mount=type=secret`, by id.
    package var secrets: [String: BuildSecret] = [:]
    /// Searches what the build makes for its secrets: those above, and others that the caller adds.
    package var secretGate = SecretGate()
    /// The agent sockets for `RUN --mount=type=ssh`, by id.
    package var agentSockets: [String: String] = [:]
    /// Which sources the build may use; nil for all.
    package var sourcePolicy: SourcePolicy?
    /// Fetches the URLs of ADD; nil to not support them.
    package var remoteFiles: (any RemoteFileProvider)?
    /// `NAME=value`: the environment of the git program, for ADD of repositories.
    package var gitEnvironment: [String] = []
    /// More groups of commands: names of the image's, or numbers.
    package var additionalGroups: [String] = []
    /// Mounts for every command, in the syntax of `RUN --mount`.
    package var commandMounts: [String] = []
    /// Mounts for every command.
    package var mounts: [SandboxMount] = []
    /// Whether commands inherit this process's standard input.
    package var passesInput = false
    package var format = ImageFormat.oci
    /// Fully qualified names of the image.
    package var names: [String] = []
    /// Called with the image's id before the image and its names exist; if it throws, neither is created.
    package var announce: @Sendable (String) throws -> Void = { _ in }
    /// The first name given by the user.
    package var announcedName: String?
    package var platform = Platform.host
    /// Whether the user has requested the platform: then base images must match it, and the image is for it whatever
    /// its base is for.
    package var requestsPlatform = false
    /// How RUN steps are confined.
    package var step = StepConfinement()
    /// How RUN steps are isolated from the host.
    package var isolation = SandboxIsolation.builtIn
    /// Called after each step with the resources that it used; nil for nobody.
    package var reportsUsage: (@Sendable (ResourceUsage) throws -> Void)?
    /// How many steps may be executed at the same time.
    package var jobs = 1
    /// Called with what a record of the build contains; a failure fails the build.
    package var observes: @Sendable (BuildObservation) throws -> Void = { _ in }
    /// Opens a shell where a command fails; nil: none.
    package var failureShell: FailureShell?
    /// Where the output of commands goes.
    package var stepOutput = StepOutputRoute.inherited
    /// Whether to show the standard output of commands; their standard error is always shown.
    package var showsOutput = true

    package init(dockerfile: (name: String, text: String)) {
        self.dockerfile = dockerfile
    }
}

extension BuildOptions {
    /// What the graph of the build depends on.
    var graphInputs: GraphInputs {
        var inputs = GraphInputs()
        inputs.buildArguments = buildArguments
        inputs.globalEpoch = globalEpoch
        inputs.target = target
        inputs.contexts = contexts
        inputs.firstBase = firstBase
        inputs.skipsUnusedStages = skipsUnusedStages
        inputs.platform = platform
        inputs.makesLayers = makesLayers
        inputs.labels = labels
        inputs.labelsStages = labelsStages
        inputs.unsetLabels = unsetLabels
        inputs.inheritsLabels = inheritsLabels
        inputs.environment = environment
        inputs.proxies = proxies
        inputs.commandMounts = commandMounts
        inputs.entitlements = entitlements.names
        inputs.restrictsNetwork = restrictsNetwork
        return inputs
    }

    /// Whether no option changes an image that the Dockerfile does not change.
    var changesNothing: Bool {
        labels.isEmpty && annotations.isEmpty && environment.isEmpty && unsetEnvironment.isEmpty && unsetLabels.isEmpty
            && unsetAnnotations.isEmpty && inheritsLabels && inheritsAnnotations && osVersion == nil
            && !requestsPlatform
            && osFeatures.isEmpty && layerLabels.isEmpty && !labelsStages && !omitsHistory && !squashes
            && created == nil && modification == .own
    }
}
