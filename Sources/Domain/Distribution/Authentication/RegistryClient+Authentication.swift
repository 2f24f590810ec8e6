import ContainersConfig
import HTTPHeaders
import JSONText
import LinuxSystem
import Synchronization

/// A bearer token and its expiry.
struct RegistryToken: Sendable {
    let value: String
    /// On the clock that counts since boot.
    let expiry: ContinuousClock.Instant

    /// Whether it is valid long enough for another request.
    var isFresh: Bool { ContinuousClock.now + .seconds(5) < expiry }
}

extension AuthenticationChallenge {
    /// Where to request a token; nil without a usable address.
    fileprivate var realm: WebAddress? { parameters["realm"].flatMap { WebAddress($0) } }
}

extension RegistryClient {
    /// The `Authorization` header for requests with these scopes; nil if the registry requires none.
    ///
    /// A registry that offers both kinds gets a token: it may accept passwords only where it issues tokens.
    ///
    /// - Parameter isRenewal: whether to request a new token, since the registry has just rejected one.
    func authorization(for scopes: [RegistryScope], isRenewal: Bool = false) throws -> String? {
        let challenges = state.withLock { $0.challenges }
        let isPasswordAccepted = challenges.contains { $0.scheme == "basic" }
        if let bearer = challenges.first(where: { $0.scheme == "bearer" && (!isPasswordAccepted || $0.realm != nil) }) {
            if let token { return "Bearer \(token)" }
            return "Bearer \(try token(for: scopes, bearer, isRenewal: isRenewal).value)"
        }
        guard isPasswordAccepted, case .password(let user, let password)? = try resolvedCredentials() else {
            return nil
        }
        return Self.basic(user, password)
    }

    /// After a 401: adopts the challenges of the response. Returns false if there is nothing new to try.
    ///
    /// - Parameter rejected: the header that the registry rejected. A token may have expired, or have been replaced by
    ///   another thread meanwhile: a new one is worth an attempt.
    func renewAuthorization(
        _ scopes: [RegistryScope], _ challenges: [AuthenticationChallenge], rejected: String?
    ) -> Bool {
        state.withLock { state in
            func decisive(_ challenges: [AuthenticationChallenge]) -> [[String?]] {
                challenges.map { [$0.scheme, $0.parameters["realm"], $0.parameters["service"]] }
            }
            let isNew = !challenges.isEmpty && decisive(challenges) != decisive(state.challenges)
            if isNew { state.challenges = challenges }
            return isNew || (rejected?.hasPrefix("Bearer ") == true && token == nil)
        }
    }

    static func basic(_ user: String, _ password: String) -> String {
        "Basic \(Base64.encode("\(user):\(password)".utf8))"
    }

    // MARK: Tokens

    private func token(
        for scopes: [RegistryScope], _ challenge: AuthenticationChallenge, isRenewal: Bool
    ) throws -> RegistryToken {
        if !isRenewal, let token = state.withLock({ $0.tokens[scopes] }), token.isFresh { return token }
        guard let realm = challenge.realm else {
            throw RegistryError(.malformed, "\(host): a Bearer challenge without a usable realm")
        }
        let credentials = try resolvedCredentials()
        guard realm.isSecure || isInsecure || credentials == nil else {
            throw RegistryError(.untrusted, "\(host): credentials are not sent to \(realm) without TLS")
        }
        let token = try RegistryError.during("requesting a token from \(realm.authority)") {
            try retry.run { try requestToken(realm, challenge.parameters["service"], scopes, credentials) }
        }
        state.withLock { $0.tokens[scopes] = token }
        return token
    }

    private func requestToken(
        _ realm: WebAddress, _ service: String?, _ scopes: [RegistryScope], _ credentials: RegistryCredentials?
    ) throws -> RegistryToken {
        var request: HTTPRequest
        if case .identityToken(_, let refresh)? = credentials {
            // OAuth2 (RFC 6749, section 6), as in Docker's registries.
            var form = [("grant_type", "refresh_token"), ("client_id", "swiftlet"), ("refresh_token", refresh)]
            if let service { form.append(("service", service)) }
            if !scopes.isEmpty { form.append(("scope", scopes.map(\.description).joined(separator: " "))) }
            let body = form.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
            request = HTTPRequest(
                .post, realm, body: .bytes(Array(body.utf8), type: "application/x-www-form-urlencoded"))
        } else {
            request = HTTPRequest(.get, realm)
            if case .password(let user, let password)? = credentials {
                request.address = request.address.adding("account", user)
                request.fields.add("Authorization", Self.basic(user, password))
            }
            for scope in scopes { request.address = request.address.adding("scope", scope.description) }
            if let service { request.address = request.address.adding("service", service) }
        }
        // If a realm redirects to another server, the credentials are not sent there.
        let response = try transport.fetch(request, tls: tls, isInsecure: isInsecure)
        guard response.isSuccess else {
            let error = RegistryErrorResponse.error(response)
            guard credentials != nil, [.unauthorized, .denied].contains(error.code) else { throw error }
            throw RegistryError(error.code, "\(error.message): invalid username/password")
        }
        return try Self.token(in: try response.readBody(limit: 1 << 20), from: realm)
    }

    private static func token(in body: [UInt8], from realm: WebAddress) throws -> RegistryToken {
        let answer = try? JSONValue(parsing: body)
        guard
            let value = [answer?["token"]?.string, answer?["access_token"]?.string].compactMap(\.self).first(where: {
                !$0.isEmpty
            }), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw RegistryError(.malformed, "\(realm): the response has no token")
        }
        // At least a minute according to the specification, whatever the response says.
        let seconds = min(max(answer?["expires_in"]?.integer ?? 60, 60), 86400)
        return RegistryToken(value: value, expiry: ContinuousClock.now + .seconds(seconds))
    }

    // MARK: Credentials

    /// The credentials; a helper is only asked once.
    private func resolvedCredentials() throws -> RegistryCredentials? {
        guard case .helper(let name, let registry)? = credentials else {
            if let credentials { noteCredentials(credentials) }
            return credentials
        }
        if let known = state.withLock({ $0.resolvedCredentials }) { return known }
        let found = try CredentialHelper(name).credentials(for: registry)
        if let found { noteCredentials(found) }
        state.withLock { $0.resolvedCredentials = found }
        return found
    }
}
