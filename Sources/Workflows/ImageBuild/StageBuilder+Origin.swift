import ContainerStore
import DockerfileSyntax
import WorkingContainers

extension StageBuilder {
    /// The source of files for COPY, ADD and bind mounts.
    struct Origin {
        var directory: NamedDirectory?
        var ignored: IgnorePatterns?
        /// Whether files keep their owners: those of other images do, those of a context are owned by root.
        var keepsOwners: Bool
        var mounted: ReadOnlyRoot?

        func close() { mounted?.close() }
    }

    /// The files of a context, an earlier stage or an image; nil for the build context. The caller closes it.
    func origin(named from: String?) throws -> Origin {
        guard let from else {
            return Origin(
                directory: session.context?.directory, ignored: session.context?.ignored, keepsOwners: false,
                mounted: nil)
        }
        if case .directory(let path)? = session.options.contexts[from] {
            let directory = try session.namedContexts[from] ?? NamedDirectory(trusting: path)
            return Origin(directory: directory, ignored: nil, keepsOwners: false, mounted: nil)
        }
        let root = try ReadOnlyRoot(of: topLayer(of: from), in: session.store)
        return Origin(
            directory: try NamedDirectory(trusting: root.path), ignored: nil, keepsOwners: true, mounted: root)
    }

    /// The top layer of an earlier stage, by name or number, or of an image.
    private func topLayer(of from: String) throws -> String? {
        if case .image(let name)? = session.options.contexts[from] { return try imageLayer(name) }
        let name = from.lowercased()
        let earlier = session.dockerfile.stages.prefix(stage.index)
        if let index = earlier.last(where: { $0.name == name })?.index
            ?? Int(from).flatMap({ earlier.indices.contains($0) ? $0 : nil })
        {
            guard let result = session.results[index] else {
                throw BuildError(.notFound, "stage \(from) has not been built")
            }
            return result.topLayer
        }
        if Int(from) != nil { throw BuildError(.invalid, "there is no stage \(from) before this one") }
        return try imageLayer(from)
    }

    private func imageLayer(_ name: String) throws -> String? {
        try session.images.baseImage(name, policy: session.options.pullPolicy, platform: nil).record.topLayer
    }
}
