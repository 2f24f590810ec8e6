package import ContainerStore
package import ImageModel
import JSONText
package import Sandbox

/// A container that is being worked on step by step, to become an image: a writable layer in the store, and the
/// configuration of the image to be, kept beside it as Buildah keeps it (`buildah.json`), so that both tools can go on
/// with each other's containers.
package struct WorkingContainer: Sendable {
    package internal(set) var record: ContainerRecord
    /// The name of the image it began with; empty for one from scratch.
    package internal(set) var imageName: String
    /// The id of the image it began with; empty for one from scratch.
    package internal(set) var imageID: String
    /// The digest of that image's manifest; empty for one from scratch.
    package internal(set) var imageDigest: String
    /// The configuration of the image to be, without layers of its own.
    package var config: ImageConfig
    /// A note in the image, which Docker's format has.
    package var comment: String
    /// The annotations of the image to be.
    package var annotations: [String: String]
    /// What the history says of how the layer was made; empty for the shell.
    package var createdBy: String
    /// What the history notes beside it.
    package var historyComment: String
    /// History entries without layers that stand before the layer's own.
    package var history: [History]
    /// How commands are confined when they are run.
    package var settings: RunSettings
    /// The media types that a commit uses unless told otherwise.
    package var format: ImageFormat
    /// The file as it was read: what this tool does not know stays in it.
    var state: JSONObject

    package var id: String { record.id }
    package var name: String { record.names.first ?? record.id }

    /// The part of the configuration that containers run with.
    package var container: ContainerConfig {
        get { config.config ?? ContainerConfig() }
        set { config.config = newValue }
    }

    /// What `from` settles for all commands that follow.
    package struct RunSettings: Sendable {
        /// Names of capabilities; nil: the usual ones.
        package var capabilities: [String]?
        package var network = ""
        package var namespaces = SandboxNamespaces()
        package var devices: [SandboxDevice] = []
        package var noHosts = false
        package var controls = ResourceControls()
        /// As `--security-opt` takes them, but for `mask=` and `unmask=`.
        package var securityOptions: [String] = []
        package var isolation = Isolation.standard
        package var addHosts: [String] = []
        package var dnsServers: [String] = []
        package var dnsSearches: [String] = []
        package var dnsOptions: [String] = []
        package var shmSize = ""
        package var resourceLimits: [String] = []
        /// Whether commands see the proxies of the environment that they are run from.
        package var passesProxies = false
        /// As `--volume` takes them.
        package var volumes: [String] = []

        package init() {}
    }

    /// How commands are kept apart from the host, numbered as in the file.
    package enum Isolation: Int64, Sendable {
        case standard = 0
        case oci = 1
        case chroot = 2
        case rootless = 3
    }

    /// The file beside a container that makes it a working container.
    static let stateFile = ContainerOwner.workingFile
}

extension WorkingContainer {
    /// The working container with this name or id, or the beginning of an id.
    ///
    /// - Throws: ``WorkingContainerError`` with `notFound` where there is none, or where it is a container of another
    ///   kind.
    package init(_ name: String, in store: ContainerStore) throws {
        guard let record = try store.container(name) else {
            throw WorkingContainerError(.notFound, "reading build container \"\(name)\": container not known")
        }
        guard let found = try WorkingContainer(record, in: store) else {
            throw WorkingContainerError(.notFound, "container \"\(name)\" is not a working container")
        }
        self = found
    }

    /// All working containers, in the order in which they were made.
    package static func all(in store: ContainerStore) throws -> [WorkingContainer] {
        try store.containers().compactMap { try? WorkingContainer($0, in: store) }
    }

    /// Writes what has changed.
    package func save(to store: ContainerStore) throws {
        try store.setFile(container: id, WorkingContainer.stateFile, try encodedState().serialized(escapeHTML: true))
    }

    /// Gives the container another name, and no other.
    package mutating func rename(to name: String, in store: ContainerStore) throws {
        try store.setNames(container: id, [name])
        guard let renamed = try store.container(id) else {
            throw WorkingContainerError(.notFound, "container \(id) is gone")
        }
        record = renamed
        try save(to: store)
    }
}
