package import ContainersConfig
import HTTPHeaders
import StreamCompression
import Synchronization

/// A client for one registry and user: the distribution API (OCI distribution-spec 1.1, Docker's registry API v2).
///
/// Safe to use from several threads at the same time.
package final class RegistryClient: Sendable {
    /// `host[:port]` as the user named it.
    package let host: String
    /// Whether unverified TLS and plain HTTP are allowed.
    let isInsecure: Bool
    let transport: HTTPTransport
    let tls: TLSSettings
    let credentials: RegistryCredentials?
    let retry: RetryPolicy
    /// A bearer token to use instead of requesting one.
    let token: String?
    private let warn: @Sendable (String) -> Void
    let noteCredentials: @Sendable (RegistryCredentials) -> Void
    let state = Mutex(State())
    /// Connections for ranges of large blobs.
    let spareConnections = ConnectionBudget()

    /// What is known about the registry so far.
    struct State {
        var base: WebAddress?
        var challenges: [AuthenticationChallenge] = []
        var tokens: [[RegistryScope]: RegistryToken] = [:]
        /// The response of a credential helper.
        var resolvedCredentials: RegistryCredentials?
        /// The warnings that have been passed on.
        var warnings: Set<String> = []
    }

    /// The maximum number of redirects.
    static let redirectLimit = 10

    package init(
        host: String, isInsecure: Bool, transport: HTTPTransport, tls: TLSSettings, credentials: RegistryCredentials?,
        retry: RetryPolicy, token: String? = nil, warn: @escaping @Sendable (String) -> Void = { _ in },
        noteCredentials: @escaping @Sendable (RegistryCredentials) -> Void = { _ in }
    ) {
        self.host = host
        self.isInsecure = isInsecure
        self.transport = transport
        self.tls = tls
        self.credentials = credentials
        self.retry = retry
        self.token = token
        self.warn = warn
        self.noteCredentials = noteCredentials
    }

    // MARK: Discovery

    /// The base address of all paths. The first call finds out how to reach the registry and how to authenticate.
    func base() throws -> WebAddress {
        if let base = state.withLock({ $0.base }) { return base }
        var failure: RegistryError?
        for isSecure in isInsecure ? [true, false] : [true] {
            guard let base = WebAddress(host: Self.serverName(host), isSecure: isSecure, path: "/v2/") else {
                throw RegistryError(.invalid, "\"\(host)\" is not the name of a registry")
            }
            do {
                try retry.run { try ping(base) }
                state.withLock { $0.base = base }
                return base
            } catch let error as RegistryError {
                // If both fail, report the first error, unless it was `untrusted`, or `unreachable` while the second
                // was not.
                failure =
                    failure.map { first in
                        let saysLess = first.code == .unreachable && error.code != .unreachable
                        return first.code == .untrusted || saysLess ? error : first
                    } ?? error
            }
        }
        throw (failure ?? RegistryError(.unreachable, "no address")).prefixed("pinging container registry \(host)")
    }

    private func ping(_ base: WebAddress) throws {
        let response = try transport.send(HTTPRequest(.get, base), tls: tls)
        guard response.isSuccess || response.status == 401 else { throw RegistryErrorResponse.error(response) }
        response.discardBody()
        let challenges = AuthenticationChallenge.parse(response.fields.all("www-authenticate"))
        state.withLock { $0.challenges = challenges }
    }

    /// Docker's own registry serves its API from another host.
    private static func serverName(_ host: String) -> String {
        ["docker.io", "index.docker.io"].contains(host) ? "registry-1.docker.io" : host
    }

    /// The address of a path below `/v2/`.
    func address(_ path: String) throws -> WebAddress {
        var address = try base()
        address.path += path  // arithmetic: texts
        return address
    }

    // MARK: Requests

    /// Sends a request, with the credentials for `scopes` if it goes to the registry itself, and follows redirects.
    /// Returns the response whatever its status, except that 401 triggers one attempt with a new token.
    ///
    /// Other servers, whether from a redirect or an upload's location, get no credentials, and their challenges are not
    /// answered: the realm would receive the password.
    func send(_ request: HTTPRequest, scopes: [RegistryScope]) throws -> HTTPResponse {
        let base = try base()
        let authorization = try authorization(for: scopes)
        let response = try follow(request, authorization)
        guard response.status == 401, response.address.hasSameOrigin(as: base) else { return response }
        let challenges = AuthenticationChallenge.parse(response.fields.all("www-authenticate"))
        guard renewAuthorization(scopes, challenges, rejected: authorization), request.body.isRepeatable else {
            return response
        }
        response.discardBody()
        return try follow(request, try self.authorization(for: scopes, isRenewal: true))
    }

    /// Like `send`, but retries temporary failures, and throws an error for every status other than `accepted`.
    func send(_ request: HTTPRequest, scopes: [RegistryScope], accepting accepted: Set<Int>) throws -> HTTPResponse {
        let policy = request.body.isRepeatable ? retry : RetryPolicy(retries: 0)
        return try policy.run {
            let response = try send(request, scopes: scopes)
            guard accepted.contains(response.status) else { throw RegistryErrorResponse.error(response) }
            return response
        }
    }

    private func follow(_ original: HTTPRequest, _ authorization: String?) throws -> HTTPResponse {
        var request = original
        let base = try base()
        for _ in 0...Self.redirectLimit {
            var sent = request
            let isElsewhere = !request.address.hasSameOrigin(as: base)
            if let authorization, !isElsewhere { sent.fields.add("Authorization", authorization) }
            var response = try transport.send(sent, tls: tls)
            response.isFromElsewhere = isElsewhere
            if !isElsewhere { passOnWarnings(response) }
            guard let next = try Self.redirect(response, of: request, isInsecure: isInsecure) else { return response }
            response.discardBody()
            request.address = next
        }
        throw RegistryError(.malformed, "\(original.address): stopped after \(Self.redirectLimit) redirects")
    }

    /// Registries may have something to say to users (distribution-spec, "Warnings"); each warning is passed on once,
    /// and no more of them than anybody reads.
    private func passOnWarnings(_ response: HTTPResponse) {
        for text in RegistryWarning.parse(response.fields.all("warning")) {
            let isNew = state.withLock { state in
                state.warnings.count < RegistryWarning.limit && state.warnings.insert(text).inserted
            }
            if isNew { warn("registry \(host): \(text)") }
        }
    }

    /// The target of a redirect; nil for any other response, and for requests that change something, where `Location`
    /// has another meaning.
    static func redirect(
        _ response: HTTPResponse, of request: HTTPRequest, isInsecure: Bool
    ) throws -> WebAddress? {
        guard [301, 302, 303, 307, 308].contains(response.status), [.get, .head].contains(request.verb) else {
            return nil
        }
        guard let location = response.fields["location"], let next = request.address.resolving(location) else {
            throw RegistryError(.malformed, "\(request.address): a redirect without a usable Location")
        }
        guard next.isSecure || !request.address.isSecure || isInsecure else {
            throw RegistryError(.untrusted, "\(request.address): a redirect from https to \(next) is not followed")
        }
        return next
    }
}

extension HTTPRequestBody {
    /// Whether the request can be sent again.
    var isRepeatable: Bool {
        if case .stream = self { return false }
        return true
    }
}
