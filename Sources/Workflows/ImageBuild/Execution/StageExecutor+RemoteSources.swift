import BuildGraph
import ContentDigest
import HTTPHeaders
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
                remote.append(try gitSource(reference, from: source, request))
            } else if FetchedFile.isAddress(source) {
                remote.append(try webSource(source, request))
            } else {
                local.append(source)
            }
        }
        request.sources = local
        return remote
    }

    private var sources: SourceAccess {
        let options = session.options
        return SourceAccess(
            policy: options.sourcePolicy, secrets: options.secrets, agent: options.agentSockets["default"],
            environment: options.gitEnvironment, lookUp: session.handle(ofHost:))
    }

    private func webSource(_ source: String, _ request: CopyOperation) throws -> WebSource {
        let (address, authorization) = try sources.file(at: source)
        guard let provider = session.options.remoteFiles else {
            let shown = AddressRedaction.redacted(address)
            throw BuildError(.unsupported, "ADD of \(shown): this build has no access to web servers")
        }
        var wanted = RemoteFileRequest(address, checksum: try request.checksum.map { try Digest(parsing: $0) })
        wanted.authorization = authorization
        let usesKnown = session.options.usesCache && !isUncached && session.options.makesLayers
        let file = try WebSource(wanted, by: provider, usesKnown: usesKnown, in: session.store)
        try session.options.observes(.webFile(BuildObservation.withoutCredentials(address), digest: file.content))
        return file
    }

    private func gitSource(
        _ reference: GitReference, from source: String, _ request: CopyOperation
    ) throws -> GitSource {
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
        let repository = try GitSource(
            reference, in: sources.repository(reference, from: source), excluding: request.excludes,
            store: session.store)
        try session.options.observes(
            .repository(BuildObservation.withoutCredentials(reference.address), commit: repository.commit))
        return repository
    }
}
