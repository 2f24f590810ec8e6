/// What a server demands in a `WWW-Authenticate` header (RFC 9110, section 11.6.1).
package struct AuthenticationChallenge: Sendable, Equatable {
    /// No server needs more.
    private static let limit = 16

    /// `basic`, `bearer`: lower case.
    package let scheme: String
    /// `realm`, `service`, `scope`, `error`: names in lower case.
    package let parameters: [String: String]

    /// Reads the challenges of the headers; what cannot be understood is passed over.
    package static func parse(_ headers: [String]) -> [AuthenticationChallenge] {
        var challenges: [AuthenticationChallenge] = []
        for header in headers {
            var scanner = HeaderScanner(header)
            while challenges.count < limit, let challenge = scanner.challenge() { challenges.append(challenge) }
        }
        return challenges
    }
}

extension HeaderScanner {
    fileprivate mutating func challenge() -> AuthenticationChallenge? {
        skipCommas()
        let scheme = token()
        guard !scheme.isEmpty else { return nil }
        skipSpace()
        var parameters: [String: String] = [:]
        if !skipToken68() {
            while let (name, value) = nextParameter() { parameters[name.lowercased()] = value }
        }
        return AuthenticationChallenge(scheme: scheme.lowercased(), parameters: parameters)
    }

    /// The next parameter of the same challenge, skipping commas.
    private mutating func nextParameter() -> (name: String, value: String)? {
        var ahead = self
        ahead.skipCommas()
        guard let parameter = ahead.parameter() else { return nil }
        self = ahead
        return parameter
    }
}
