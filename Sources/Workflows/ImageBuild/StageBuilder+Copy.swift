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
        var mode: UInt32?
        var excludes: [String]
        var keepsParents: Bool
        var unpacks: Bool
        var isAdd: Bool
        /// The expected digest of fetched content.
        var checksum: String?
        /// Inline files: names and contents.
        var inlineFiles: [(name: String, content: [UInt8])]
    }

    func copy(_ copy: CopyInstruction, _ instruction: Instruction, isAdd: Bool) throws {
        var request = try expandRequest(copy, isAdd: isAdd)
        let fetched = try fetch(&request)
        defer { for file in fetched { file.discard() } }
        let remote = try fetched.map { try CopySelection(onlyFile: $0.name, in: $0.directory) }
        let origin = try origin(named: request.from)
        defer { origin.close() }
        let selection: CopySelection
        if request.sources.isEmpty {
            selection = CopySelection(root: try PathHandle(trusting: "/"), items: [])
        } else {
            guard let directory = origin.directory else {
                throw BuildError(.notFound, "there is no build context to copy from")
            }
            selection = try BuildContext.select(
                request.sources, from: directory, ignored: origin.ignored, excluding: request.excludes,
                ignoreFile: request.from == nil ? session.context?.ignoreFile : nil)
        }
        let digest = try selection.digest(includesOwners: origin.keepsOwners)
        var key = CacheKey(isAdd ? "ADD" : "COPY", parent: draft.topLayer)
        key.add("content", digest.description)
        if !remote.isEmpty {
            key.add(
                "remote",
                try remote.flatMap { [$0.items[0].name.description, try $0.digest(includesOwners: false).description] })
        }
        key.add("inline", request.inlineFiles.flatMap { [$0.name, Digest.sha256(of: $0.content).description] })
        key.add("destination", absolute(request.destination))
        key.add("directory", request.destination.hasSuffix("/") ? "yes" : "no")
        key.add("owner", request.owner ?? "")
        key.add("mode", request.mode.map { String($0, radix: 8) } ?? "")
        key.add("parents", request.keepsParents ? request.sources : [])
        key.add("unpack", request.unpacks ? "yes" : "no")
        key.add("time", session.timeKey)
        let kind =
            selection.items.count + request.inlineFiles.count + remote.count > 1
            ? "multi" : selection.items.first?.isDirectory == true ? "dir" : "file"
        let createdBy =
            "/bin/sh -c #(nop) \(isAdd ? "ADD" : "COPY") \(kind):\(digest.hex) in \(request.destination) "
        var step = CopyStep.Request(sourceCount: request.sources.count + remote.count)
        step.owner = request.owner
        step.mode = request.mode
        step.keepsParents = request.keepsParents
        step.unpacks = request.unpacks
        step.inlineFiles = request.inlineFiles
        step.keepsOwners = origin.keepsOwners
        step.fileTime = session.options.fileTime
        step.ignoresUnmappedOwners = session.store.isSingleID
        step.makesDevices = !session.store.isRootless
        try changeFiles(key, createdBy: createdBy) { root in
            try root.withFiles { files in
                let place = self.absolute(request.destination)
                if !selection.items.isEmpty || !request.inlineFiles.isEmpty {
                    try CopyStep(step, selection, to: place, in: files).run()
                }
                // Downloaded archives are unpacked only on request.
                var remoteStep = step
                remoteStep.inlineFiles = []
                remoteStep.unpacks = copy.unpack ?? false
                for file in remote { try CopyStep(remoteStep, file, to: place, in: files).run() }
            }
        }
    }

    /// Fetches the sources that are URLs, and removes them from the request.
    private func fetch(_ request: inout CopyRequest) throws -> [FetchedFile] {
        let addresses = request.isAdd ? request.sources.filter(FetchedFile.isAddress) : []
        guard !addresses.isEmpty else { return [] }
        guard let provider = session.options.remoteFiles else {
            throw BuildError(.unsupported, "ADD of \(addresses[0]): this build has no access to web servers")
        }
        request.sources.removeAll(where: FetchedFile.isAddress)
        let checksum = try request.checksum.map { try Digest(parsing: $0) }
        return try addresses.map { try FetchedFile($0, checksum: checksum, by: provider, in: session.store) }
    }

    // MARK: Expansion

    private func expandRequest(_ copy: CopyInstruction, isAdd: Bool) throws -> CopyRequest {
        let sources = try copy.sources.map(expand)
        for source in sources where isAdd && source.contains("://") && !FetchedFile.isAddress(source) {
            throw BuildError(.unsupported, "ADD supports http and https URLs, not \(source)")
        }
        for source in sources where isAdd && (source.hasPrefix("git@") || source.hasSuffix(".git")) {
            throw BuildError(.unsupported, "ADD of a git repository is not supported yet: \(source)")
        }
        if let checksum = copy.checksum, !sources.contains(where: FetchedFile.isAddress) {
            throw session.error(.invalid, at: checksum.range, "checksum flag is not supported for local sources")
        }
        if copy.keepGitDirectory {
            throw BuildError(.unsupported, "--keep-git-dir is for git repositories, which are not supported yet")
        }
        return CopyRequest(
            sources: sources, destination: try expand(copy.destination), from: try copy.from.map(expand),
            owner: try copy.chown.map(expand), mode: try copy.chmod.map { try self.mode($0) },
            excludes: try copy.excludes.map(expand), keepsParents: copy.parents, unpacks: copy.unpack ?? isAdd,
            isAdd: isAdd,
            checksum: try copy.checksum.map(expand),
            inlineFiles: try copy.inlineFiles.map { try self.inlineFile($0) })
    }

    private func inlineFile(_ heredoc: Heredoc) throws -> (name: String, content: [UInt8]) {
        let content = try session.dockerfile.expander.expand(heredoc) { self.scope.value(of: $0) }.value
        return (heredoc.name, Array(content.utf8))
    }

    private func mode(_ word: Word) throws -> UInt32 {
        let text = try expand(word)
        guard let mode = UInt32(text, radix: 8), mode <= 0o7777 else {
            throw session.error(.invalid, at: word.range, "--chmod takes an octal mode such as 0755, not \"\(text)\"")
        }
        return mode
    }
}
