package import ImageModel
package import Sandbox
package import WorkingContainers

/// What a build was asked for. Values only: nothing here comes from the environment.
package struct BuildOptions: Sendable {
    /// When images that a build begins with are fetched.
    package enum PullPolicy: String, Sendable {
        case always, missing, never, newer
    }

    /// The Dockerfile's name for messages, and its text.
    package var dockerfile: (name: String, text: String)
    /// The directory that COPY and ADD take files from; nil: there is none.
    package var contextDirectory: String?
    /// The ignore file's name and text, if there is one.
    package var ignoreFile: (name: String, text: String)?
    package var buildArguments: [String: String] = [:]
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
    /// Seconds since 1970 for everything that bears a time.
    package var timestamp: Int64?
    package var format = ImageFormat.oci
    /// Fully qualified names of the image.
    package var names: [String] = []
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
