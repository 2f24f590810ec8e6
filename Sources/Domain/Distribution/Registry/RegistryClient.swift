package import ContainersConfig
import HTTPHeaders
import StreamCompression
import Synchronization

/// One registry, as one user: the distribution API (OCI distribution-spec 1.1, Docker's registry API v2).
///
/// Can be used from several threads at the same time.
package final class RegistryClient: Sendable {
    /// `host[:port]` as the user named it.
    package let host: String
    /// Whether unverified TLS and plain HTTP will do.
    let isInsecure: Bool
    let transport: HTTPTransport
    let tls: TLSSettings
    let credentials: RegistryCredentials?
    let retry: RetryPolicy
    let state = Mutex(State())
    /// For parts of large blobs.
    let spareConnections = ConnectionBudget()

    /// What is known about the registry so far.
    struct State {
        var base: WebAddress?
        var challenges: [AuthenticationChallenge] = []
        var tokens: [[RegistryScope]: RegistryToken] = [:]
        /// What a credential helper answered.
        var resolvedCredentials: RegistryCredentials?
    }

    /// No more than this many redirects are followed.
    static let redirectLimit = 10

    package init(
        host: String, isInsecure: Bool, transport: HTTPTransport, tls: TLSSettings, credentials: RegistryCredentials?,
        retry: RetryPolicy
    ) {
        self.host = host
        self.isInsecure = isInsecure
        self.transport = transport
        self.tls = tls
        self.credentials = credentials
        self.retry = retry
    }

    // MARK: Finding the registry

    /// The address that all paths are below. The first call finds out how the registry is reached and what it demands.
    func base() throws -> WebAddress {
        if let base = state.withLock({ $0.base }) { return base }
        var failure: RegistryError?
        for isSecure in isInsecure ? [true, false] : [true] {
            guard let base = WebAddress(host: Self.serverName(host), isSecure: isSecure, path: "/v2/") else {
                throw RegistryError(.invalid, "\"\(host)\" is no registry's name")
            }
            do {
                try retry.run { try ping(base) }
                state.withLock { $0.base = base }
                return base
            } catch let error as RegistryError {
                // Of two ways that both fail, the first says more unless that was only refused, or led nowhere.
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

    /// Docker's own registry has its API elsewhere.
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

    /// Sends a request, with the credentials for `scopes` where it goes to the registry itself, and follows redirects.
    /// Whatever the status, the answer is returned, except that 401 leads to one attempt with a new token.
    ///
    /// Another server, be it named by a redirect or by the location of an upload, gets no credentials, and what it
    /// demands is not answered: its realm would be sent the password.
    func send(_ request: HTTPRequest, scopes: [RegistryScope]) throws -> HTTPResponse {
        let base = try base()
        let authorization = try authorization(for: scopes)
        let response = try follow(request, authorization)
        guard response.status == 401, response.address.hasSameOrigin(as: base) else { return response }
        let challenges = AuthenticationChallenge.parse(response.fields.all("www-authenticate"))
        guard try renewAuthorization(scopes, challenges), request.body.isRepeatable else { return response }
        response.discardBody()
        return try follow(request, try self.authorization(for: scopes))
    }

    /// As `send`, repeated while the failure is a passing one, and with every status but `accepted` thrown as an error.
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
            guard let next = try Self.redirect(response, of: request, isInsecure: isInsecure) else { return response }
            response.discardBody()
            request.address = next
        }
        throw RegistryError(.malformed, "\(original.address): stopped after \(Self.redirectLimit) redirects")
    }

    /// Where a redirect leads; nil for any other answer, and for requests that change something, whose answers carry
    /// locations of another meaning.
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
    /// Whether the same request can be sent twice.
    var isRepeatable: Bool {
        if case .stream = self { return false }
        return true
    }
}
