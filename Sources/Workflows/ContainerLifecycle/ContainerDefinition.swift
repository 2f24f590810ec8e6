package import JSONText

/// The settings of a container from its creation, which never change: stored beside it, so that later commands can
/// inspect it and run it again.
package struct ContainerDefinition: Sendable, Codable, Equatable {
    /// The image's name as resolved; empty for a root directory of the caller's.
    package var imageName = ""
    /// The digest of the image's manifest.
    package var imageDigest = ""
    /// The whole command, including the entrypoint.
    package var command: [String] = []
    /// The entrypoint only.
    package var entrypoint: [String] = []
    /// `NAME=value`, as in the container, except for what the sandbox adds.
    package var environment: [String] = []
    package var workingDirectory = ""
    package var user = ""
    package var hostname = ""
    package var labels: [String: String] = [:]
    package var annotations: [String: String] = [:]
    /// Whether it has a terminal.
    package var hasTerminal = false
    /// Whether its standard input is kept open.
    package var opensInput = false
    /// The number of the stop signal.
    package var stopSignal: Int32 = 15
    /// How long to wait for it to stop, in seconds.
    package var stopTimeout: Int64 = 10
    /// Whether it is removed when it exits.
    package var removesItself = false
    /// User-specified mounts.
    package var mounts: [Mount] = []
    /// The mount points of its anonymous volumes (`VOLUME`). Their directories are named by their index in the list.
    package var volumes: [String] = []
    /// Published ports, like `8080:80/tcp`, as specified.
    package var ports: [String] = []
    /// A root directory of the caller's instead of an image's.
    package var rootDirectory: String?
    /// The command line that created it, beginning with the tool's name.
    package var commandLine: [String] = []
    /// The working directory of that command line.
    package var directory = ""
    /// The confinement settings for inspection, in Podman's terms.
    package var hostConfiguration: JSONValue = [:]

    /// What its keeper does; nil in the files of versions without keepers.
    package var supervision: Supervision?

    package init() {}

    /// A mount, for inspection.
    package struct Mount: Sendable, Codable, Equatable {
        /// `bind`, `tmpfs` or `volume`.
        package var type: String
        /// A path on the host, or the name of a volume; empty for a tmpfs.
        package var source: String
        package var destination: String
        package var options: [String]

        package init(type: String, source: String, destination: String, options: [String]) {
            self.type = type
            self.source = source
            self.destination = destination
            self.options = options
        }

        package var isReadOnly: Bool { options.contains("ro") }
    }
}
