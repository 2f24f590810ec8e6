import DockerfileSyntax
import ImageModel
import LinuxSystem

extension StagePlanner {
    /// COPY and ADD.
    mutating func copy(_ copy: CopyInstruction, isAdd: Bool) throws -> (BuildNode.Operation, inputs: [Int]) {
        let destination = try expand(copy.destination)
        let operation = CopyOperation(
            sources: try copy.sources.map(expand), destination: destination, place: place(destination),
            origin: try copy.from.map(origin), owner: try copy.chown.map(owner),
            mode: try copy.chmod.map { try self.mode($0) }, excludes: try copy.excludes.map(expand),
            keepsParents: copy.parents, isLinked: copy.link, unpacks: copy.unpack ?? isAdd,
            unpacksRemote: copy.unpack ?? false, isAdd: isAdd, checksum: try copy.checksum.map(expand),
            checksumRange: copy.checksum?.range, keepsGitDirectory: copy.keepGitDirectory ? true : nil,
            inlineFiles: try copy.inlineFiles.map { try self.inlineFile($0) }, newVolumes: takeNewVolumes())
        try graph.surroundings.check(operation)
        guard !operation.sources.isEmpty else { return (.copy(operation), []) }
        let source = try graph.source(operation.origin, for: planned.stage.index)
        return (.copy(operation), source.map { [$0] } ?? [])
    }

    /// The destination; a trailing slash marks a directory.
    private func place(_ destination: String) -> String {
        let place = ContainerPath.absolute(destination, from: workingDirectory)
        // The working directory of a layer of its own is not there yet.
        return destination.isEmpty && !place.hasSuffix("/") ? place + "/" : place
    }

    private func inlineFile(_ heredoc: Heredoc) throws -> CopyOperation.InlineFile {
        let content = try graph.dockerfile.expander.expand(heredoc) { self.scope.value(of: $0) }.value
        return CopyOperation.InlineFile(name: heredoc.name, content: Array(content.utf8))
    }

    private func mode(_ word: Word) throws -> ModeChange {
        let text = try expand(word)
        guard let mode = ModeChange(text) else {
            throw graph.locator.error(
                .invalid, at: word.range,
                "--chmod takes an octal mode such as 0755 or changes such as u=rwX,go=rX, not \"\(text)\"")
        }
        return mode
    }

    private func owner(_ word: Word) throws -> String {
        let text = try expand(word)
        guard !text.isEmpty, text != ":" else {
            throw graph.locator.error(
                .invalid, at: word.range, "--chown=\(word.text) has no user: the variable is not set")
        }
        return text
    }

    /// A variable could name a stage that is not known to be needed.
    private func origin(_ word: Word) throws -> StageGraph.Origin {
        guard !ReferenceNames.hasVariable(word) else {
            throw graph.locator.error(.invalid, at: word.range, ReferenceNames.problem("--from"))
        }
        return try graph.plan.graph.origin(of: try expand(word), in: planned.stage.index)
    }
}
