import BuildGraph
import HTTPHeaders
import JSONText
package import LinuxSystem

/// What a build may fetch from elsewhere, and with which credentials: the one way to repositories and web servers for
/// ADD, contexts and Dockerfiles.
package struct SourceAccess {
    private let policy: SourcePolicy?
    private let secrets: [String: BuildSecret]
    /// The socket of the SSH agent for repositories; nil for none.
    package var agent: String?
    /// `NAME=value`: search path and proxies for git, and HOME, where the user's known hosts are.
    private let environment: [String]
    private let lookUp: (String) throws -> PathHandle

    /// - Parameter lookUp: resolves the file of a secret.
    package init(
        policy: SourcePolicy?, secrets: [String: BuildSecret], agent: String? = nil, environment: [String],
        lookUp: @escaping (String) throws -> PathHandle = { try PathHandle(trusting: $0) }
    ) {
        self.policy = policy
        self.secrets = secrets
        self.agent = agent
        self.environment = environment
        self.lookUp = lookUp
    }

    // MARK: Repositories

    /// The repository of a reference, parsed from `text`.
    ///
    /// - Throws: ``BuildError`` if the source policy denies it.
    package func repository(_ reference: GitReference, from text: String) throws -> GitRepository {
        try policy?.checkRepository(text, reference)
        var environment = environment
        if let agent { environment.append("SSH_AUTH_SOCK=\(agent)") }
        return GitRepository(reference, environment: environment + (try authorization(for: reference)))
    }

    /// The configuration that sends the secret `GIT_AUTH_TOKEN` or `GIT_AUTH_HEADER`, if there is one, to the
    /// repository's server. Secrets for one host (`GIT_AUTH_TOKEN.host[:port]`) precede those for all.
    private func authorization(for reference: GitReference) throws -> [String] {
        guard let address = WebAddress(reference.remote) else { return [] }
        for suffix in [".\(address.authority)", ".\(address.host)", ""] {
            var header = try firstLine("GIT_AUTH_HEADER\(suffix)")
            if header == nil, let token = try firstLine("GIT_AUTH_TOKEN\(suffix)") {
                header = "basic \(Base64.encode(Array("x-access-token:\(token)".utf8)))"
            }
            guard let header else { continue }
            return [
                "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.\(address.server)/.extraheader",
                "GIT_CONFIG_VALUE_0=Authorization: \(header)",
            ]
        }
        return []
    }

    // MARK: Web servers

    /// The address to request instead of another one, usually itself, with the credentials for its server: the secret
    /// `HTTP_AUTH_HEADER_host` or `HTTP_AUTH_TOKEN_host`.
    ///
    /// - Throws: ``BuildError`` if the source policy denies it.
    package func file(at text: String) throws -> (address: String, authorization: String?) {
        let address = try policy?.address(for: text) ?? text
        guard let host = WebAddress(address)?.host else { return (address, nil) }
        if let header = try firstLine("HTTP_AUTH_HEADER_\(host)") { return (address, header) }
        return (address, try firstLine("HTTP_AUTH_TOKEN_\(host)").map { "Bearer \($0)" })
    }

    /// The first line of a secret that becomes an HTTP header; nil if the build does not have it.
    private func firstLine(_ name: String) throws -> String? {
        guard let bytes = try secrets[name]?.content(lookUp) else { return nil }
        let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
        guard line?.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) != true else {
            throw BuildError(.invalid, "the secret \(name) cannot be a header: it has control characters")
        }
        return line
    }
}
