package import ContainersConfig
package import ImageModel
import Synchronization

/// The user's flags and configuration for accessing registries.
package struct RegistryOptions: Sendable {
    /// Where to look for configuration and credentials.
    package var environment: ConfigEnvironment
    /// Credentials that override all files.
    package var credentials: RegistryCredentials?
    /// Whether to use no credentials at all.
    package var isAnonymous = false
    /// The only file to read credentials from.
    package var authFile: String?
    /// The directory with certificates for every registry.
    package var certificateDirectory: String?
    /// Whether TLS is required; nil: as in registries.conf.
    package var verifiesTLS: Bool?
    /// Which registries may be used.
    package var sources = RegistrySources()
    /// How often to retry requests.
    package var retry = RetryPolicy()
    /// The directory that configures signature stores, instead of the default one.
    package var signatureStoresDirectory: String?
    /// The directory for partially transferred blobs; nil: they are not kept.
    package var journalDirectory: String?
    /// The Docker daemon's address; nil: `$DOCKER_HOST`, or Docker's default.
    package var daemonHost: String?
    /// The directory for records of the progress of uploads; nil: none are kept.
    package var uploadDirectory: String?
    /// A bearer token to use instead of requesting one, for the registry that the user named.
    package var registryToken: String?
    /// The lowest acceptable version of TLS; nil: the default.
    package var minimumTLS: TLSVersion?
    /// The directory for records of which repositories have which blobs; nil: none are kept.
    package var blobPlacesDirectory: String?
    /// Receives warnings of registries for the user.
    package var warn: @Sendable (String) -> Void = { _ in }
    /// Receives the credentials that are used, before they are.
    package var noteCredentials: @Sendable (RegistryCredentials) -> Void = { _ in }

    package init(environment: ConfigEnvironment) {
        self.environment = environment
    }
}

/// All registries that a command talks to. Reads configuration on demand, and keeps connections, tokens and what it
/// learned about registries for its lifetime.
package final class RegistryAccess: Sendable {
    package let options: RegistryOptions
    package let transport: HTTPTransport
    private let state = Mutex(State())

    private struct State {
        var clients: [Key: RegistryClient] = [:]
        var registries: RegistriesConfig?
        var signatureStores: SignatureStores?
        var authFiles: AuthFiles?
        var hasSwept = false
        var hasSweptUploads = false
    }

    private struct Key: Hashable {
        let host: String
        let repository: String
        let takesGivenCredentials: Bool
        let isInsecure: Bool
    }

    package init(_ options: RegistryOptions, userAgent: String = "swiftlet") {
        self.options = options
        transport = HTTPTransport(
            userAgent: userAgent, proxies: ProxySettings(environment: options.environment.environment))
    }

    /// registries.conf with its drop-ins.
    package func registries() throws -> RegistriesConfig {
        try state.withLock { state in
            if let known = state.registries { return known }
            let loaded = try RegistriesConfig.load(env: options.environment)
            state.registries = loaded
            return loaded
        }
    }

    /// registries.d.
    func signatureStores() throws -> SignatureStores {
        try state.withLock { state in
            if let known = state.signatureStores { return known }
            let loaded = try SignatureStores.load(
                env: options.environment, directory: options.signatureStoresDirectory)
            state.signatureStores = loaded
            return loaded
        }
    }

    /// Removes, once, the old leftovers of interrupted transfers.
    func sweepJournals() {
        let isFirst = state.withLock { state in
            defer { state.hasSwept = true }
            return !state.hasSwept
        }
        if isFirst, let directory = options.journalDirectory { BlobJournal.sweep(directory) }
    }

    /// The directory of upload records, after removing abandoned ones.
    func uploadRecords() -> String? {
        guard let directory = options.uploadDirectory else { return nil }
        let isFirst = state.withLock { state in
            defer { state.hasSweptUploads = true }
            return !state.hasSweptUploads
        }
        if isFirst { UploadRecord.sweep(directory) }
        return directory
    }

    /// The records of which repositories have which blobs.
    var blobPlaces: BlobPlaces? { options.blobPlacesDirectory.map { BlobPlaces(in: $0) } }

    /// Whether unverified TLS and plain HTTP are allowed: as the flag says, otherwise registries.conf.
    package func isInsecure(configured: Bool) -> Bool {
        options.verifiesTLS.map { !$0 } ?? configured
    }

    /// A client for the registry of `repository`, with the credentials for that repository.
    ///
    /// - Parameter primary: the image as the user named it. Credentials from a flag are for its registry, and are not
    ///   sent to a mirror on another host, which gets those from files.
    package func client(
        for repository: ImageReference, standingInFor primary: ImageReference, insecure: Bool
    ) throws -> RegistryClient {
        try options.sources.check(primary.domain)
        let isInsecure = isInsecure(configured: insecure || options.sources.insecure.contains(repository.domain))
        return try client(
            host: repository.domain, credentialName: repository.name, isInsecure: isInsecure,
            takesGivenCredentials: repository.domain == primary.domain)
    }

    /// A client for the registry itself, with the credentials for it.
    package func client(host: String) throws -> RegistryClient {
        let probe = try? ImageReference(domain: host, path: "probe")
        let configured = try probe.map { try registries().isInsecure($0) } ?? false
        return try client(host: host, credentialName: host, isInsecure: isInsecure(configured: configured))
    }

    private func client(
        host: String, credentialName: String, isInsecure: Bool, takesGivenCredentials: Bool = true
    ) throws -> RegistryClient {
        let key = Key(
            host: host, repository: credentialName, takesGivenCredentials: takesGivenCredentials,
            isInsecure: isInsecure)
        if let known = state.withLock({ $0.clients[key] }) { return known }
        let directory =
            options.certificateDirectory ?? CertificateDirectory.find(host: host, env: options.environment)
        let client = RegistryClient(
            host: host, isInsecure: isInsecure, transport: transport,
            tls: try TLSSettings(isVerified: !isInsecure, directory: directory, minimum: options.minimumTLS),
            credentials: try credentials(for: credentialName, takesGiven: takesGivenCredentials),
            retry: options.retry, token: takesGivenCredentials ? options.registryToken : nil, warn: options.warn,
            noteCredentials: options.noteCredentials)
        return state.withLock { state in
            // The first one wins, so that tokens are shared.
            if let known = state.clients[key] { return known }
            state.clients[key] = client
            return client
        }
    }

    private func credentials(for name: String, takesGiven: Bool) throws -> RegistryCredentials? {
        if options.isAnonymous { return nil }
        if takesGiven, let given = options.credentials { return given }
        let files = try state.withLock { state in
            if let known = state.authFiles { return known }
            let loaded = try AuthFiles.load(env: options.environment, path: options.authFile)
            state.authFiles = loaded
            return loaded
        }
        if options.authFile != nil { return try files.credentials(for: name) }
        var failure: (any Error)?
        for helper in try registries().credentialHelpers {
            do {
                let host = String(name.prefix { $0 != "/" })
                let found =
                    try helper == "containers-auth.json"
                    ? files.credentials(for: name) : CredentialHelper(helper).credentials(for: host)
                if let found { return found }
            } catch {
                // The next one may have them.
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return nil
    }
}
