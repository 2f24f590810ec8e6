import ContainerStore
import ContainersConfig
import Distribution
import ImageCopy
import ImageEncryption
import ImageModel
import ImageTransports
import ImageTrust
import ProgressEvents

/// Pulls images into the store by the names that users type: references with a transport, full names and short names.
struct RegistryPull {
    private let store: ContainerStore
    private let registries: RegistryAccess
    private let calledAs: String
    private let admission: PolicyGate?
    private let keepsSignatures: Bool
    private let decryption: LayerDecryption?
    private let report: ProgressHandler

    init(
        _ store: ContainerStore, _ registries: RegistryAccess, calledAs: String, admission: PolicyGate?,
        keepsSignatures: Bool = true, decryption: LayerDecryption? = nil, report: @escaping ProgressHandler
    ) {
        self.admission = admission
        self.keepsSignatures = keepsSignatures
        self.decryption = decryption
        self.store = store
        self.registries = registries
        self.calledAs = calledAs
        self.report = report
    }

    /// Pulls `name`. For a short name, tries the candidates in order until one has the image.
    func pull(_ name: String, platform: Platform, isPlatformRequired: Bool = false) throws -> ImageRecord {
        if let reference = TransportReference(parsing: name) {
            if reference.transport == .docker {
                report(.message("Trying to pull \(try TransportResolver.dockerReference(reference))..."))
            }
            return try bring(platform, isPlatformRequired) {
                try ImageLocationResolver.source(name, calledAs: calledAs, registries)
            }
        }
        let resolution = try registries.registries().resolve(pulling: name)
        if let explanation = resolution.explanation { report(.message(explanation)) }
        var failures: [any Error] = []
        for candidate in resolution.candidates {
            report(.message("Trying to pull \(candidate)..."))
            do {
                return try bring(platform, isPlatformRequired) {
                    try ImageLocationResolver.docker(candidate, registries)
                }
            } catch let error as RegistryError {
                failures.append(error)
            }
        }
        if failures.count == 1, let only = failures.first { throw only }
        let reasons = failures.map { "\n\t* \($0)" }.joined()
        throw CommandError("\(failures.count) errors occurred while pulling:\(reasons)")
    }

    /// Whether the registry has a different image under the name than the store; false when it cannot be reached.
    func hasNewer(_ name: String, than record: ImageRecord, platform: Platform) -> Bool {
        guard let candidate = try? registries.registries().resolve(pulling: name).candidates.first,
            let source = try? DockerSource(candidate, access: registries),
            let raw = try? source.manifest(nil)
        else { return false }
        var digests = [raw.digest]
        if raw.isIndex, let index = try? raw.decodeIndex(),
            let chosen = Platform.bestMatch(in: index.manifests, wanted: platform)
        {
            digests.append(chosen.digest)
        }
        return record.digest.map { !digests.contains($0) } ?? true
    }

    private func bring(
        _ platform: Platform, _ isRequired: Bool, _ open: () throws -> (source: any ImageSource, names: [String])
    ) throws -> ImageRecord {
        let report = RetriedCopy.reportingStartsOnce(report)
        // Retrying does not fetch again what succeeded before a failure.
        return try registries.options.retry.run {
            let place = try open()
            let registry = place.source as? DockerSource
            do {
                let pull = ImagePull(
                    into: store, admission: admission, keepsSignatures: keepsSignatures, decryption: decryption,
                    report: report)
                let record = try pull.pull(
                    place.source, platform: platform, isPlatformRequired: isRequired, names: place.names)
                registry?.finish()
                return record
            } catch let error as TrustError {
                throw error
            } catch {
                if let error = error as? RegistryError, error.code != .mismatch { throw error }
                // A full disk does not invalidate what has arrived; at this point only the error's text is left.
                guard let registry, !"\(error)".lowercased().contains("no space left on device"),
                    registry.distrustKept()
                else { throw error }
                throw RegistryError(.interrupted, "\(error)")
            }
        }
    }
}
