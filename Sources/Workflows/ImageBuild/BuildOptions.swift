package import ImageLayers
package import ImageModel
package import LinuxSystem
package import Sandbox
package import WorkingContainers

/// What a build was asked for. Values only: nothing here comes from the environment.
package struct BuildOptions: Sendable {
    /// When images that a build begins with are fetched.
    package enum PullPolicy: String, Sendable {
        case always, missing, never, newer
    }

    /// A place that is known by a name of its own.
    package enum NamedContext: Sendable, Equatable {
        case directory(String)
        case image(String)
    }

    /// The Dockerfile's name for messages, and its text.
    package var dockerfile: (name: String, text: String)
    /// The directory that COPY and ADD take files from; nil: there is none.
    package var contextDirectory: String?
    /// The ignore file's name and content, if there is one.
    package var ignoreFile: (name: String, content: [UInt8])?
    package var buildArguments: [String: String] = [:]
    /// `NAME=value`: what commands see beside the image's variables.
    package var defaultEnvironment: [String] = []
    /// The proxies that commands see in their environment: a matter of the machine, never part of the image.
    package var proxies: [String: String] = [:]
    /// The stage to build, by name or index; nil: the last.
    package var target: String?
    /// Whether steps may be taken from the cache.
    package var usesCache = true
    /// Whether each step that changes files makes a layer. Otherwise the build adds one layer to its base.
    package var makesLayers = true
    /// Whether the image gets one single layer, its base included.
    package var squashes = false
    package var pullPolicy = PullPolicy.missing
    package var labels: [(key: String, value: String)] = []
    package var annotations: [(key: String, value: String)] = []
    /// The time at which the image and its history say they were made; nil: now.
    package var created: FileTime?
    /// The time that copied files bear; nil: their own.
    package var fileTime: FileTime?
    /// The times of files in new layers.
    package var modification = ModificationTimes.own
    /// Variables that every stage begins with, besides its base image's.
    package var environment: [(key: String, value: String)] = []
    /// Names of variables to leave out of the image.
    package var unsetEnvironment: [String] = []
    /// Names of labels and annotations that stages do not take over from their base images.
    package var unsetLabels: [String] = []
    package var unsetAnnotations: [String] = []
    /// Whether stages take over labels and annotations from their base images at all.
    package var inheritsLabels = true
    package var inheritsAnnotations = true
    /// Labels that say by what the image was made; no step tells of them.
    package var identityLabels: [(key: String, value: String)] = []
    package var osVersion: String?
    /// `FEATURE` adds, `FEATURE-` removes.
    package var osFeatures: [String] = []
    /// Whether the image says nothing of how it came about.
    package var omitsHistory = false
    /// What the first FROM names instead of its own.
    package var firstBase: String?
    /// Whether stages that the target does not need are left out.
    package var skipsUnusedStages = true
    /// How old a result in the cache may be, in seconds; nil: of any age.
    package var cacheAge: Int64?
    /// Further places that `--from=` and FROM can name.
    package var contexts: [String: NamedContext] = [:]
    /// What `RUN --mount=type=secret` can ask for, by id.
    package var secrets: [String: BuildSecret] = [:]
    /// The sockets of the agents that `RUN --mount=type=ssh` can ask for, by id.
    package var agentSockets: [String: String] = [:]
    /// Fetches what ADD names by address; nil: nothing is fetched.
    package var remoteFiles: (any RemoteFileProvider)?
    /// Mounts that every command sees.
    package var mounts: [SandboxMount] = []
    /// Whether commands read this process's standard input.
    package var passesInput = false
    package var format = ImageFormat.oci
    /// Fully qualified names of the image.
    package var names: [String] = []
    /// Told the image's id before the image is there and has its names; a failure leaves neither.
    package var announce: @Sendable (String) throws -> Void = { _ in }
    /// What the user called the image first.
    package var announcedName: String?
    package var platform = Platform.host
    /// How RUN steps are confined.
    package var step = StepConfinement()
    /// How RUN steps are kept apart from the rest of the machine.
    package var isolation = SandboxIsolation.builtIn
    /// Whether what commands write to their standard output is shown; what they write to standard error always is.
    package var showsOutput = true

    package init(dockerfile: (name: String, text: String)) {
        self.dockerfile = dockerfile
    }
}
