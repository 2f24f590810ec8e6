import BuildGraph
import ContainerStore
import DockerfileSyntax
import ImageModel
import ProgressEvents
import WorkingContainers

extension StageExecutor {
    /// The source of files for COPY, ADD and bind mounts.
    struct Origin {
        var directory: NamedDirectory?
        var ignored: IgnorePatterns?
        /// The ignore file's path, for messages.
        var ignoreFile: String?
        /// Whether files keep their owners: those of other images do, those of a context are owned by root.
        var keepsOwners: Bool
        var mounted: ReadOnlyRoot?

        func close() { mounted?.close() }
    }

    /// The files of a context, an earlier stage or an image; nil for the build context. The caller closes it.
    func origin(_ source: StageGraph.Origin?) throws -> Origin {
        guard let source else {
            return Origin(
                directory: session.context?.directory, ignored: session.context?.ignored,
                ignoreFile: session.context?.ignoreFile, keepsOwners: false, mounted: nil)
        }
        if case .context(let name) = source, case .directory(let path)? = session.options.contexts[name] {
            let directory = try session.namedContexts[name] ?? NamedDirectory(trusting: path)
            let context = try BuildContext(withOwnIgnoreFile: directory)
            return Origin(
                directory: directory, ignored: context.ignored, ignoreFile: context.ignoreFile, keepsOwners: false,
                mounted: nil)
        }
        let root = try ReadOnlyRoot(of: topLayer(of: source), in: session.store)
        return Origin(
            directory: try NamedDirectory(trusting: root.path), ignored: nil, keepsOwners: true, mounted: root)
    }

    /// The top layer of an earlier stage or of an image; nil if it is empty.
    private func topLayer(of source: StageGraph.Origin) throws -> String? {
        switch source {
        case .scratch: return nil
        case .stage(let index): return try session.result(ofStage: index).topLayer
        case .context(let name):
            guard case .image(let image)? = session.options.contexts[name] else { return nil }
            return try imageLayer(image)
        case .image(let name):
            do {
                return try imageLayer(name)
            } catch {
                let hint = session.plan.hint(forImage: name, copiedBy: stage.index)
                if hint.isEmpty { throw error }
                throw BuildError(.notFound, "\(error)\(hint)")
            }
        }
    }

    /// An image for another platform than the requested one is used only if there is no other.
    private func imageLayer(_ name: String) throws -> String? {
        let (images, options) = (session.images, session.options)
        guard options.requestsPlatform else {
            return try images.baseImage(name, policy: options.pullPolicy, platform: nil).record.topLayer
        }
        do {
            return try images.baseImage(name, policy: options.pullPolicy, platform: options.platform).record.topLayer
        } catch {
            guard let other = try? images.baseImage(name, policy: .never, platform: nil) else { throw error }
            session.report(
                .warning("[Warning] \(name) is for \(other.config.platform), not for \(options.platform)"))
            return other.record.topLayer
        }
    }
}
