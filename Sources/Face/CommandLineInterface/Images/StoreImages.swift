import CommandLineGrammar
import ContainerStore
import Distribution
import ImageBuild
import ImageCopy
import ImageEncryption
import ImageModel
import ImageTransports
import ManifestLists
import ProgressEvents
import WorkingContainers

/// Provides the images that builds and containers start from: those in the store, in files and in registries.
final class StoreImages: BaseImageProvider {
    private let store: ContainerStore
    private let puller: RegistryPull

    init(
        _ store: ContainerStore, _ registries: RegistryAccess, calledAs: String, admission: PolicyGate?,
        keepsSignatures: Bool = true, decryption: LayerDecryption? = nil, report: @escaping ProgressHandler
    ) {
        self.store = store
        puller = RegistryPull(
            store, registries, calledAs: calledAs, admission: admission, keepsSignatures: keepsSignatures,
            decryption: decryption, report: report)
    }

    /// For a command that has the flags of registries and signature policies.
    convenience init(
        _ store: ContainerStore, _ arguments: ParsedArguments, _ session: Session, report: @escaping ProgressHandler
    ) throws {
        self.init(
            store, try RegistryFlags.access(arguments, session, store: store), calledAs: session.calledAs,
            admission: try SignaturePolicyFlag.admission(arguments, session),
            decryption: try EncryptionFlags.decryption(arguments), report: report)
    }

    func baseImage(_ name: String, policy: BuildOptions.PullPolicy, platform: Platform?) throws -> StoredImage {
        let image = try StoredImage(try record(name, policy, platform), in: store)
        if let platform, !platform.matches(image.config.platform) {
            throw CommandError(
                "\(name) is for \(image.config.platform), not for \(platform) (InvalidBaseImagePlatform)")
        }
        return image
    }

    /// The image of that name, fetched according to the policy.
    func record(_ name: String, _ policy: BuildOptions.PullPolicy, _ platform: Platform?) throws -> ImageRecord {
        let wanted = platform ?? Platform.host
        func pull() throws -> ImageRecord {
            try puller.pull(name, platform: wanted, isPlatformRequired: platform != nil)
        }
        if TransportReference(parsing: name) != nil { return try pull() }
        guard let found = try store.findImage(name) else {
            guard policy != .never, !name.hasPrefix("sha256:") else { throw CommandError("\(name): image not known") }
            return try pull()
        }
        let chosen = try instance(of: found.image, for: wanted, name)
        guard let chosen else { return try pull() }
        // What a short name means is decided by the image that is here, unless that may be for another platform.
        let meant = platform == nil && !name.contains("@") ? found.name ?? name : name
        guard try isStale(chosen, found, meant, policy, platform) else { return chosen }
        return try puller.pull(meant, platform: wanted, isPlatformRequired: platform != nil)
    }

    /// The image for a platform in a list; nil when it is not in the store but may be in a registry.
    private func instance(of found: ImageRecord, for platform: Platform, _ name: String) throws -> ImageRecord? {
        guard try ManifestList.isList(found, in: store) else { return found }
        do {
            return try ManifestList(found, in: store).image(for: platform, in: store)
        } catch let error as ManifestListError where error.code == .notFound {
            let isLocal = found.names.allSatisfy { $0.hasPrefix("localhost/") }
            if isLocal || (try? store.findImage(name))??.name == nil { throw error }
            return nil
        }
    }

    /// Whether an image of the store must be fetched again.
    ///
    /// - Parameter name: the name to fetch.
    private func isStale(
        _ record: ImageRecord, _ found: FoundImage, _ name: String, _ policy: BuildOptions.PullPolicy,
        _ platform: Platform?
    ) throws -> Bool {
        // An image named by its id cannot be fetched, whatever the policy, nor can one by a name that only exists here,
        // which to ask for always is an error. Other names of the image do not matter.
        guard let known = found.name, policy == .always || !known.hasPrefix("localhost/") else { return false }
        switch policy {
        case .always: return true
        case .never: return false
        case .newer: return puller.hasNewer(name, than: record, platform: platform ?? Platform.host)
        case .missing:
            guard let platform else { return false }
            return try !platform.matches(StoredImage(record, in: store).config.platform)
        }
    }
}
