package import ContainersConfig
package import ImageModel
import Synchronization

/// What a user's flags and configuration say about reaching registries.
package struct RegistryOptions: Sendable {
    /// Where configuration and credentials are looked for.
    package var environment: ConfigEnvironment
    /// Credentials that win over all files.
    package var credentials: RegistryCredentials?
    /// Whether no credentials are used at all.
    package var isAnonymous = false
    /// The one file to look for credentials in.
    package var authFile: String?
    /// The directory with certificates for every registry.
    package var certificateDirectory: String?
    /// Whether TLS is demanded; nil: registries.conf says.
    package var verifiesTLS: Bool?
    /// How often requests are repeated.
    package var retry = RetryPolicy()
    /// The directory that says where signatures are kept, instead of the configured one.
    package var signatureStoresDirectory: String?
    /// Where blobs that are on their way are kept; nil: nowhere.
    package var journalDirectory: String?
    /// Where a Docker daemon listens; nil: `$DOCKER_HOST` says, or it is where Docker puts it.
    package var daemonHost: String?
    /// Where it is written down how far uploads have come; nil: nowhere.
    package var uploadDirectory: String?

    package init(environment: ConfigEnvironment) {
        self.environment = environment
    }
}

/// All registries that a command talks to. Reads configuration when it is first needed, and keeps connections, tokens and
/// what it learnt about registries for as long as it lives.
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

    /// Removes, once, what interrupted transfers left behind long ago.
    func sweepJournals() {
        let isFirst = state.withLock { state in
            defer { state.hasSwept = true }
            return !state.hasSwept
        }
        if isFirst, let directory = options.journalDirectory { BlobJournal.sweep(directory) }
    }

    /// Where uploads are written down, without what nobody has come back for.
    func uploadRecords() -> String? {
        guard let directory = options.uploadDirectory else { return nil }
        let isFirst = state.withLock { state in
            defer { state.hasSweptUploads = true }
            return !state.hasSweptUploads
        }
        if isFirst { UploadRecord.sweep(directory) }
        return directory
    }

    /// Whether unverified TLS and plain HTTP will do: the flag says, else registries.conf.
    package func isInsecure(configured: Bool) -> Bool {
        options.verifiesTLS.map { !$0 } ?? configured
    }

    /// The registry of `repository`, with the credentials for that repository.
    ///
    /// - Parameter primary: the image as the user named it. Credentials that a flag gives are for its registry, and go to
    ///   no mirror on another host: that one gets what the files have for it.
    package func client(
        for repository: ImageReference, standingInFor primary: ImageReference, insecure: Bool
    ) throws -> RegistryClient {
        try client(
            host: repository.domain, credentialName: repository.name, isInsecure: isInsecure(configured: insecure),
            takesGivenCredentials: repository.domain == primary.domain)
    }

    /// A registry as such, with the credentials for it.
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
            tls: try TLSSettings(isVerified: !isInsecure, directory: directory),
            credentials: try credentials(for: credentialName, takesGiven: takesGivenCredentials),
            retry: options.retry)
        return state.withLock { state in
            // Whoever was first: tokens are shared that way.
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
        return try files.credentials(for: name)
    }
}
