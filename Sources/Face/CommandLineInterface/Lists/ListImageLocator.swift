import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ContentDigest
import Distribution
import ImageCopy
import ImageModel
import ImageTransports
import ImageTrust
import LinuxSystem
import ManifestLists

/// Locates images for lists in the store, in registries and behind transports.
struct ListImageLocator {
    private let store: ContainerStore
    private let registries: RegistryAccess
    private let calledAs: String
    /// Decides whether images from outside the store may be added to lists.
    var admission: PolicyGate?

    init(_ arguments: ParsedArguments, _ store: ContainerStore, _ session: Session) throws {
        self.store = store
        registries = try RegistryFlags.access(arguments, session, store: store)
        calledAs = session.calledAs
    }

    /// The source for `transport:reference`.
    func source(_ text: String) throws -> any ImageSource {
        try ImageLocationResolver.source(text, calledAs: calledAs, registries).source
    }

    /// The destination for a list.
    func destination(_ text: String) throws -> any ImageDestination {
        try ImageLocationResolver.destination(text, registries)
    }

    /// Runs a retriable operation, according to the flags.
    func retrying<Result>(_ body: () throws -> Result) throws -> Result { try registries.options.retry.run(body) }

    /// An image or list behind a transport, in the store, or in a registry.
    func candidate(_ name: String) throws -> ListCandidate {
        if let reference = TransportReference(parsing: name), reference.transport != .containersStorage {
            let source = try source(name)
            try admission?.admit(source.manifest(nil), instance: nil, from: source)
            return try ListCandidate(source, place: ImageLocationResolver.absolute(reference))
        }
        if let record = try store.image(ManifestArguments.plain(name)) {
            return try ListCandidate(record, in: store)
        }
        guard !name.hasPrefix("containers-storage:"),
            let reference = try? registries.registries().resolve(pulling: name).candidates.first
        else { throw CommandError("\(name): image not known") }
        do {
            let source = try ImageLocationResolver.docker(reference, registries).source
            try admission?.admit(source.manifest(nil), instance: nil, from: source)
            return try ListCandidate(source, place: "docker://\(reference)")
        } catch let error as TrustError {
            throw error
        } catch {
            throw CommandError(
                "\(name): image not known in local storage, and cannot be read from a registry: \(error)")
        }
    }

    /// The digest of the list's entry for a digest, a file of an artifact, an image of the store or a reference.
    func entry(_ text: String, of list: ManifestList) throws -> Digest {
        if let digest = Digest(text) { return digest }
        if text.isEmpty || text.hasPrefix("sha256:") {
            throw CommandError("invalid instance \"\(text)\": invalid checksum digest format")
        }
        if let artifact = try list.artifact(withFile: text) { return artifact }
        if let reference = TransportReference(parsing: text), reference.transport != .containersStorage {
            return try source(text).manifest(nil).digest
        }
        guard let record = try store.image(ManifestArguments.plain(text)) else {
            throw CommandError(
                "invalid instance \"\(text)\": invalid checksum digest format; \(text): image not known")
        }
        let listed = Set(list.index.manifests.map(\.digest.description))
        guard let found = record.digests.first(where: listed.contains).flatMap({ Digest($0) }) else {
            throw CommandError("\(text): no instance of manifest list \(list.names.first ?? list.id) is this image")
        }
        return found
    }
}
