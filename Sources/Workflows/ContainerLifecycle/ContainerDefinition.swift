package import JSONText

/// What was settled about a container when it was made, and never changes: kept beside it, so that every later command
/// can tell of it and run it again.
package struct ContainerDefinition: Sendable, Codable, Equatable {
    /// The image's name as it was found by; empty for a root of the caller's own.
    package var imageName = ""
    /// The digest of the image's manifest.
    package var imageDigest = ""
    /// The whole command, entry point included.
    package var command: [String] = []
    /// The entry point alone.
    package var entrypoint: [String] = []
    /// `NAME=value`, as the container sees them but for what the sandbox adds.
    package var environment: [String] = []
    package var workingDirectory = ""
    package var user = ""
    package var hostname = ""
    package var labels: [String: String] = [:]
    package var annotations: [String: String] = [:]
    /// Whether it has a terminal.
    package var hasTerminal = false
    /// Whether its input is kept open.
    package var opensInput = false
    /// The number of the signal that asks it to end.
    package var stopSignal: Int32 = 15
    /// How long it is given to end, in seconds.
    package var stopTimeout: Int64 = 10
    /// Whether it goes when it has ended.
    package var removesItself = false
    /// What is mounted in it by its maker's wish.
    package var mounts: [Mount] = []
    /// Where its own scratch directories are mounted: the containers' `VOLUME`s. Their place in the list is their name.
    package var volumes: [String] = []
    /// Published ports: `8080:80/tcp` and the like, as they were asked for.
    package var ports: [String] = []
    /// A root directory of the caller's own instead of an image's.
    package var rootDirectory: String?
    /// The command line that made it, the tool's name first.
    package var commandLine: [String] = []
    /// The directory in which that was typed.
    package var directory = ""
    /// What inspection tells of how it is confined, in Podman's words.
    package var hostConfiguration: JSONValue = [:]

    package init() {}

    /// A mount, as inspection tells of it.
    package struct Mount: Sendable, Codable, Equatable {
        /// `bind` or `tmpfs`.
        package var type: String
        /// A path of the host; empty for a memory file system.
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
