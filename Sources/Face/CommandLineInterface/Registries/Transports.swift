import CommandLineGrammar
import ContainerStore
import ContentDigest
import ImageCopy
import ImageModel
import ImageTransports
import ProgressEvents

/// Creates resolvers for references, with the stores of this session.
enum Transports {
    /// - Parameters:
    ///   - references: everything the command is going to open. Stores among them are opened now: a descriptor from
    ///     before entering the namespaces belongs to other mounts.
    ///   - prefix: selects which of the registry flags apply.
    static func resolver(
        for references: [String], _ arguments: ParsedArguments, prefix: String, _ session: Session
    ) throws -> TransportResolver {
        for text in references {
            guard let reference = TransportReference(parsing: text), reference.transport == .containersStorage else {
                continue
            }
            _ = try session.openStore(at: StoreReference(parsing: reference.rest).place)
        }
        var resolver = TransportResolver(openStore: session.openStore(at:))
        if arguments.declares("tmpdir"), let directory = arguments.string("tmpdir"), !directory.isEmpty {
            resolver.temporaryDirectory = directory
        }
        let blobs = "\(prefix)shared-blob-dir"
        if arguments.declares(blobs), let directory = arguments.string(blobs), !directory.isEmpty {
            resolver.sharedBlobs = directory
        }
        resolver.registries = try RegistryFlags.access(
            arguments, session, prefix: prefix, store: session.openedStores.first?.store)
        return resolver
    }
}

extension Session {
    /// The store of a reference, by default the configured one; opened once.
    func openStore(at place: StoreReference.Place) throws -> ContainerStore {
        if let known = openedStores.first(where: { $0.place == place }) { return known.store }
        var global = global
        if let driver = place.driver { global.storageDriver = driver }
        if let root = place.graphRoot { global.root = root }
        if let runRoot = place.runRoot { global.runRoot = runRoot }
        if !place.options.isEmpty { global.storageOptions = place.options }
        let store = try openStore(global: global)
        openedStores.append((place, store))
        return store
    }
}

extension Session {
    /// Copies an image of a store to the store and the name in a `containers-storage:` reference.
    ///
    /// - Parameter store: the configured store.
    func copy(
        _ image: ImageRecord, in store: ContainerStore, to reference: TransportReference, _ options: CopyOptions,
        report: @escaping ProgressHandler
    ) throws {
        let target = try StoreReference(parsing: reference.rest)
        let name = try target.name()
        guard target.place != StoreReference.Place() else {
            if let digest = image.digests.first.flatMap({ Digest($0) }) { try options.announce(digest) }
            return try store.addNames(image: image.id, [name])
        }
        _ = try ImageCopier(options, report: report)
            .copy(StoreSource(image, in: store), to: .store(openStore(at: target.place), names: [name]))
    }
}

/// The name in `docker://name`.
enum DockerName {
    /// nil for other transports and for invalid names.
    static func reference(_ text: String) -> ImageReference? {
        guard let reference = TransportReference(parsing: text), reference.transport == .docker,
            reference.rest.hasPrefix("//")
        else { return nil }
        return (try? ImageReference(parsing: String(reference.rest.dropFirst(2))))?.withDefaultTag()
    }
}
