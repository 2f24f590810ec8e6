import BuildGraph
import ContentDigest
import HTTPHeaders
import JSONText
import LinuxSystem
import WorkingContainers

extension StageExecutor {
    /// Asks for the sources that are elsewhere, and removes them from the request.
    func fetch(_ request: inout CopyOperation) throws -> [any RemoteSource] {
        guard request.isAdd else { return [] }
        var remote: [any RemoteSource] = []
        var local: [String] = []
        for source in request.sources {
            if let reference = try GitReference(source) {
                try session.options.sourcePolicy?.checkRepository(source, remote: reference.remote)
                remote.append(try gitSource(reference, request))
            } else if FetchedFile.isAddress(source) {
                remote.append(try webSource(source, request))
            } else {
                local.append(source)
            }
        }
        request.sources = local
        return remote
    }

    private func webSource(_ source: String, _ request: CopyOperation) throws -> WebSource {
        let address = try session.options.sourcePolicy?.address(for: source) ?? source
        guard let provider = session.options.remoteFiles else {
            throw BuildError(.unsupported, "ADD of \(address): this build has no access to web servers")
        }
        var wanted = RemoteFileRequest(address, checksum: try request.checksum.map { try Digest(parsing: $0) })
        wanted.authorization = try authorization(for: address)
        let usesKnown = session.options.usesCache && !isUncached && session.options.makesLayers
        let file = try WebSource(wanted, by: provider, usesKnown: usesKnown, in: session.store)
        try session.options.observes(.webFile(BuildObservation.withoutCredentials(address), digest: file.content))
        return file
    }

    private func gitSource(_ reference: GitReference, _ request: CopyOperation) throws -> GitSource {
        var reference = reference
        if let checksum = request.checksum {
            let commit = try GitReference.commit(checksum)
            guard reference.commit == nil || reference.commit == commit else {
                throw BuildError(.invalid, "--checksum=\(checksum) contradicts the commit of \(reference.displayName)")
            }
            reference.commit = commit
        }
        if let keeps = request.keepsGitDirectory {
            guard reference.keepsGitDirectory == nil || reference.keepsGitDirectory == keeps else {
                throw BuildError(.invalid, "--keep-git-dir contradicts the query of \(reference.displayName)")
            }
            reference.keepsGitDirectory = keeps
        }
        var environment = session.options.gitEnvironment
        if let agent = session.options.agentSockets["default"] { environment.append("SSH_AUTH_SOCK=\(agent)") }
        environment += try gitAuthorization(for: reference)
        let repository = try GitSource(
            reference, excluding: request.excludes, environment: environment, in: session.store)
        try session.options.observes(
            .repository(BuildObservation.withoutCredentials(reference.address), commit: repository.commit))
        return repository
    }

    /// The configuration that sends the secret `GIT_AUTH_TOKEN` or `GIT_AUTH_HEADER`, if there is one, to the
    /// repository's server.
    private func gitAuthorization(for reference: GitReference) throws -> [String] {
        guard let address = WebAddress(reference.remote) else { return [] }
        let host = address.host
        var header = try headerSecret("GIT_AUTH_HEADER.\(host)") ?? headerSecret("GIT_AUTH_HEADER")
        if header == nil, let token = try headerSecret("GIT_AUTH_TOKEN.\(host)") ?? headerSecret("GIT_AUTH_TOKEN") {
            header = "basic \(Base64.encode(Array("x-access-token:\(token)".utf8)))"
        }
        guard let header else { return [] }
        let server = "\(address.isSecure ? "https" : "http")://\(address.authority)/"
        return [
            "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.\(server).extraheader",
            "GIT_CONFIG_VALUE_0=Authorization: \(header)",
        ]
    }

    /// The `Authorization` header for a web server, from the secret `HTTP_AUTH_HEADER_host` or `HTTP_AUTH_TOKEN_host`.
    private func authorization(for address: String) throws -> String? {
        guard let host = WebAddress(address)?.host else { return nil }
        if let header = try headerSecret("HTTP_AUTH_HEADER_\(host)") { return header }
        return try headerSecret("HTTP_AUTH_TOKEN_\(host)").map { "Bearer \($0)" }
    }

    /// The first line of a secret that becomes an HTTP header; nil if the build does not have it.
    private func headerSecret(_ name: String) throws -> String? {
        guard let bytes = try session.options.secrets[name]?.content(session.handle(ofHost:)) else { return nil }
        let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
        guard line?.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) != true else {
            throw BuildError(.invalid, "the secret \(name) cannot be a header: it has control characters")
        }
        return line
    }
}
