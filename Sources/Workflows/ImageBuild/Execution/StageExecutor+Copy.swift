import BuildGraph
import ContainerStore
import ContentDigest
import ImageModel
import LinuxSystem
import WorkingContainers

extension StageExecutor {
    /// COPY and ADD.
    func copy(_ copy: CopyOperation, _ node: BuildNode) throws {
        var request = copy
        let remote = try fetch(&request)
        defer { for file in remote { file.discard() } }
        let origin = try origin(request.origin)
        defer { origin.close() }
        let selection = try select(request, from: origin)
        let digest = try selection.digest(includesOwners: origin.keepsOwners)
        let count = selection.items.count + request.inlineFiles.count + remote.count
        let key = key(of: request, content: digest, count: count, remote: remote, keepsOwners: origin.keepsOwners)
        let kind = count > 1 ? "multi" : selection.items.first?.isDirectory == true ? "dir" : "file"
        let createdBy =
            "/bin/sh -c #(nop) \(request.isAdd ? "ADD" : "COPY") \(kind):\(digest.hex) in \(request.destination) "
        let step = step(of: request, count: count, keepsOwners: origin.keepsOwners)
        let place = request.place
        try changeFiles(
            key, createdBy: createdBy, volumes: request.newVolumes, modification: session.ownFilesModification
        ) { root in
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

    private func select(_ request: CopyOperation, from origin: Origin) throws -> CopySelection {
        if request.sources.isEmpty { return CopySelection(root: try PathHandle(trusting: "/"), items: []) }
        guard let directory = origin.directory else {
            throw BuildError(.notFound, "there is no build context to copy from")
        }
        return try BuildContext.select(
            request.sources, from: directory, ignored: origin.ignored, excluding: request.excludes,
            keepingParents: request.keepsParents, ignoreFile: origin.ignoreFile)
    }

    /// The key covers everything that decides on the step's result.
    private func key(
        of request: CopyOperation, content: Digest, count: Int, remote: [any RemoteSource], keepsOwners: Bool
    ) -> CacheKey {
        var key = CacheKey(request.isAdd ? "ADD" : "COPY", parent: draft.topLayer)
        key.add("content", content.description)
        key.add("count", "\(count)")
        key.add("remote", remote.flatMap(\.identity))
        request.add(to: &key)
        key.add("owners", [keepsOwners, session.store.isSingleID].map { $0 ? "yes" : "no" })
        key.add("time", session.timeKey)
        key.add("file time", session.options.fileTime.map { "\($0.seconds)" } ?? "")
        return key
    }

    private func step(of request: CopyOperation, count: Int, keepsOwners: Bool) -> CopyStep.Request {
        var step = CopyStep.Request(sourceCount: count)
        step.owner = request.owner
        step.mode = request.mode
        step.keepsParents = request.keepsParents
        step.unpacks = request.unpacks
        step.inlineFiles = request.inlineFiles.map { ($0.name, $0.content) }
        step.keepsOwners = keepsOwners
        step.fileTime = session.options.fileTime
        step.datesParents = request.isLinked
        step.ignoresUnmappedOwners = session.store.isSingleID
        step.makesDevices = !session.store.isRootless
        return step
    }
}
