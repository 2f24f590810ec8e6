package import ContainerStore
package import ImageModel
import JSONText
package import Sandbox

/// A container that is modified step by step to become an image: a writable layer in the store, and the future image's
/// configuration, stored next to it in Buildah's format (`buildah.json`), so that both tools can work on each other's
/// containers.
package struct WorkingContainer: Sendable {
    package internal(set) var record: ContainerRecord
    /// The name of its base image; empty for scratch.
    package internal(set) var imageName: String
    /// The id of its base image; empty for scratch.
    package internal(set) var imageID: String
    /// The digest of the base image's manifest; empty for scratch.
    package internal(set) var imageDigest: String
    /// The configuration of the future image, without its own layers.
    package var config: ImageConfig
    /// The image's comment, part of Docker's format.
    package var comment: String
    /// The annotations of the future image.
    package var annotations: [String: String]
    /// The `created_by` of the layer's history entry; empty for the shell.
    package var createdBy: String
    /// The comment of the layer's history entry.
    package var historyComment: String
    /// History entries without layers that precede the layer's own.
    package var history: [History]
    /// How commands are confined.
    package var settings: RunSettings
    /// The default media types of a commit.
    package var format: ImageFormat
    /// The state file as read: members unknown to this tool are preserved.
    var state: JSONObject

    package var id: String { record.id }
    package var name: String { record.names.first ?? record.id }

    /// The runtime part of the configuration.
    package var container: ContainerConfig {
        get { config.config ?? ContainerConfig() }
        set { config.config = newValue }
    }

    /// Settings of `from` for all later commands.
    package struct RunSettings: Sendable {
        /// Names of capabilities; nil for the defaults.
        package var capabilities: [String]?
        package var network = ""
        package var namespaces = SandboxNamespaces()
        package var devices: [SandboxDevice] = []
        package var noHosts = false
        package var controls = ResourceControls()
        /// Values for `--security-opt`, except `mask=` and `unmask=`.
        package var securityOptions: [String] = []
        package var isolation = Isolation.standard
        package var addHosts: [String] = []
        package var dnsServers: [String] = []
        package var dnsSearches: [String] = []
        package var dnsOptions: [String] = []
        package var shmSize = ""
        /// More groups of commands: names of the image's, or numbers.
        package var additionalGroups: [String] = []
        package var resourceLimits: [String] = []
        /// Whether commands inherit the proxy variables of the calling environment.
        package var passesProxies = false
        /// Values for `--volume`.
        package var volumes: [String] = []

        package init() {}
    }

    /// How commands are isolated from the host; the raw values are those of the state file.
    package enum Isolation: Int64, Sendable {
        case standard = 0
        case oci = 1
        case chroot = 2
        case rootless = 3
    }

    /// The state file that makes a container a working container.
    static let stateFile = ContainerOwner.workingFile
}

extension WorkingContainer {
    /// Finds the working container with this name, id or unique id prefix.
    ///
    /// - Throws: ``WorkingContainerError`` with `notFound` if there is none, or only a container of another kind.
    package init(_ name: String, in store: ContainerStore) throws {
        guard let record = try store.container(name) else {
            throw WorkingContainerError(.notFound, "reading build container \"\(name)\": container not known")
        }
        guard let found = try WorkingContainer(record, in: store) else {
            throw WorkingContainerError(.notFound, "container \"\(name)\" is not a working container")
        }
        self = found
    }

    /// All working containers, in order of creation.
    package static func all(in store: ContainerStore) throws -> [WorkingContainer] {
        try store.containers().compactMap { try? WorkingContainer($0, in: store) }
    }

    /// Saves the changes.
    package func save(to store: ContainerStore) throws {
        try store.setFile(container: id, WorkingContainer.stateFile, try encodedState().serialized(escapeHTML: true))
    }

    /// Replaces all names of the container by this one.
    package mutating func rename(to name: String, in store: ContainerStore) throws {
        try store.setNames(container: id, [name])
        guard let renamed = try store.container(id) else {
            throw WorkingContainerError(.notFound, "container \(id) is gone")
        }
        record = renamed
        try save(to: store)
    }
}
