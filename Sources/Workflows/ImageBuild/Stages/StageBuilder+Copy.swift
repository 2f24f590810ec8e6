import ContainerStore
import ContentDigest
import DockerfileSyntax
import ImageModel
import LinuxSystem
import WorkingContainers

extension StageBuilder {
    /// A COPY or ADD with variables expanded.
    struct CopyRequest {
        var sources: [String]
        var destination: String
        var from: String?
        var owner: String?
        var mode: ModeChange?
        var excludes: [String]
        var keepsParents: Bool
        /// Whether the files become a layer that does not depend on those below (`--link`).
        var isLinked: Bool
        /// Whether local archives are unpacked, and downloaded ones.
        var unpacks, unpacksRemote: Bool
        var isAdd: Bool
        /// The expected digest of fetched content.
        var checksum: String?
        /// Whether the `.git` directory of repositories is copied; nil if the flag is not given.
        var keepsGitDirectory: Bool?
        /// Inline files: names and contents.
        var inlineFiles: [(name: String, content: [UInt8])]
    }

    func copy(_ copy: CopyInstruction, _ instruction: Instruction, isAdd: Bool) throws {
        var request = try expandRequest(copy, isAdd: isAdd)
        let remote = try fetch(&request)
        defer { for file in remote { file.discard() } }
        let origin = try origin(named: request.from)
        defer { origin.close() }
        let selection = try select(request, from: origin)
        let digest = try selection.digest(includesOwners: origin.keepsOwners)
        let count = selection.items.count + request.inlineFiles.count + remote.count
        let key = key(of: request, content: digest, count: count, remote: remote, keepsOwners: origin.keepsOwners)
        let kind = count > 1 ? "multi" : selection.items.first?.isDirectory == true ? "dir" : "file"
        let createdBy =
            "/bin/sh -c #(nop) \(isAdd ? "ADD" : "COPY") \(kind):\(digest.hex) in \(request.destination) "
        let step = step(of: request, count: count, keepsOwners: origin.keepsOwners)
        let place = place(of: request)
        try changeFiles(key, createdBy: createdBy, modification: session.ownFilesModification) { root in
            func copyAll(_ files: String, _ accounts: String) throws {
                if !selection.items.isEmpty || !request.inlineFiles.isEmpty {
                    try CopyStep(step, selection, to: place, in: files, accounts: accounts).run()
                }
                // Downloaded archives are unpacked only on request.
                var remoteStep = step
                remoteStep.inlineFiles = []
                remoteStep.unpacks = request.unpacksRemote
                for source in remote {
                    let selection = try source.selection()
                    remoteStep.fileTime = step.fileTime ?? source.fileTime
                    try CopyStep(remoteStep, selection, to: place, in: files, accounts: accounts).run()
                }
            }
            if request.isLinked {
                try root.withIndependentFiles(isAlone: self.session.options.makesLayers, copyAll)
            } else {
                try root.withFiles { try copyAll($0, $0) }
            }
        }
    }

    private func select(_ request: CopyRequest, from origin: Origin) throws -> CopySelection {
        if request.sources.isEmpty { return CopySelection(root: try PathHandle(trusting: "/"), items: []) }
        guard let directory = origin.directory else {
            throw BuildError(.notFound, "there is no build context to copy from")
        }
        return try BuildContext.select(
            request.sources, from: directory, ignored: origin.ignored, excluding: request.excludes,
            keepingParents: request.keepsParents, ignoreFile: origin.ignoreFile)
    }

    /// The destination; a trailing slash marks a directory.
    private func place(of request: CopyRequest) -> String {
        let place = absolute(request.destination)
        // The working directory of a layer of its own is not there yet.
        return request.destination.isEmpty && !place.hasSuffix("/") ? place + "/" : place
    }

    /// The key covers everything that decides on the step's result.
    private func key(
        of request: CopyRequest, content: Digest, count: Int, remote: [any RemoteSource], keepsOwners: Bool
    ) -> CacheKey {
        var key = CacheKey(request.isAdd ? "ADD" : "COPY", parent: draft.topLayer)
        key.add("content", content.description)
        key.add("count", "\(count)")
        key.add("remote", remote.flatMap(\.identity))
        key.add("inline", request.inlineFiles.flatMap { [$0.name, Digest.sha256(of: $0.content).description] })
        key.add("destination", place(of: request))
        key.add("owner", request.owner.map { [$0] } ?? [])
        key.add("owners", [keepsOwners, session.store.isSingleID].map { $0 ? "yes" : "no" })
        key.add("mode", request.mode?.description ?? "")
        key.add(
            "flags",
            [request.keepsParents, request.isLinked, request.unpacks, request.unpacksRemote].map { $0 ? "yes" : "no" })
        key.add("time", session.timeKey)
        key.add("file time", session.options.fileTime.map { "\($0.seconds)" } ?? "")
        return key
    }

    private func step(of request: CopyRequest, count: Int, keepsOwners: Bool) -> CopyStep.Request {
        var step = CopyStep.Request(sourceCount: count)
        step.owner = request.owner
        step.mode = request.mode
        step.keepsParents = request.keepsParents
        step.unpacks = request.unpacks
        step.inlineFiles = request.inlineFiles
        step.keepsOwners = keepsOwners
        step.fileTime = session.options.fileTime
        step.datesParents = request.isLinked
        step.ignoresUnmappedOwners = session.store.isSingleID
        step.makesDevices = !session.store.isRootless
        return step
    }

    // MARK: Expansion

    private func expandRequest(_ copy: CopyInstruction, isAdd: Bool) throws -> CopyRequest {
        let sources = try copy.sources.map(expand)
        var (hasWebFile, hasRepository) = (false, false)
        for source in sources {
            let isRepository = try GitReference(source) != nil
            let isElsewhere = isRepository || FetchedFile.isAddress(source)
            guard isAdd || !isElsewhere else {
                throw BuildError(.invalid, "source can't be a URL for COPY: use ADD for \(source)")
            }
            guard isElsewhere || !isAdd || !source.contains("://") else {
                throw BuildError(.unsupported, "ADD supports http and https URLs and git repositories, not \(source)")
            }
            hasRepository = hasRepository || isRepository
            hasWebFile = hasWebFile || isElsewhere && !isRepository
        }
        if let checksum = copy.checksum {
            guard hasWebFile || hasRepository else {
                throw session.error(.invalid, at: checksum.range, "checksum flag is not supported for local sources")
            }
            guard sources.count == 1 else {
                throw session.error(.invalid, at: checksum.range, "--checksum can be used with a single source only")
            }
        }
        if copy.keepGitDirectory, !hasRepository {
            throw BuildError(.invalid, "--keep-git-dir is for git repositories only")
        }
        return CopyRequest(
            sources: sources, destination: try expand(copy.destination), from: try copy.from.map(origin),
            owner: try copy.chown.map(owner), mode: try copy.chmod.map { try self.mode($0) },
            excludes: try copy.excludes.map(expand), keepsParents: copy.parents, isLinked: copy.link,
            unpacks: copy.unpack ?? isAdd, unpacksRemote: copy.unpack ?? false, isAdd: isAdd,
            checksum: try copy.checksum.map(expand), keepsGitDirectory: copy.keepGitDirectory ? true : nil,
            inlineFiles: try copy.inlineFiles.map { try self.inlineFile($0) })
    }

    private func inlineFile(_ heredoc: Heredoc) throws -> (name: String, content: [UInt8]) {
        let content = try session.dockerfile.expander.expand(heredoc) { self.scope.value(of: $0) }.value
        return (heredoc.name, Array(content.utf8))
    }

    private func mode(_ word: Word) throws -> ModeChange {
        let text = try expand(word)
        guard let mode = ModeChange(text) else {
            throw session.error(
                .invalid, at: word.range,
                "--chmod takes an octal mode such as 0755 or changes such as u=rwX,go=rX, not \"\(text)\"")
        }
        return mode
    }

    private func owner(_ word: Word) throws -> String {
        let text = try expand(word)
        guard !text.isEmpty, text != ":" else {
            throw session.error(.invalid, at: word.range, "--chown=\(word.text) has no user: the variable is not set")
        }
        return text
    }

    /// A variable could name a stage that is not known to be needed.
    private func origin(_ word: Word) throws -> String {
        guard !ReferenceNames.hasVariable(word) else {
            throw session.error(.invalid, at: word.range, ReferenceNames.problem("--from"))
        }
        return try expand(word)
    }
}
