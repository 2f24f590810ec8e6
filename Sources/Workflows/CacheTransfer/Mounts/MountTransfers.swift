import BuildCaches
package import ContainerStore
import Distribution
package import ImageCopy
package import ImageTransports
import LinuxSystem
package import ProgressEvents
import Synchronization

/// The cache mounts of a build that come from and go to other machines (`mounts=true`): each is an artifact beside the
/// cache's own, under a name derived from it.
///
/// A cache mount is only asked for when a step is about to use it, and only if there is none on this machine.
package final class MountTransfers: Sendable {
    /// Opens the artifact of a cache mount by the name of its directory.
    package typealias Opener = @Sendable (_ name: String) throws -> any ImageSource

    private let store: ContainerStore
    private let sources: [(cache: String, open: Opener)]
    private let limit: Int64
    private let admission: PolicyGate?
    private let report: ProgressHandler
    private let used = Mutex<[String: String]>([:])
    /// Those that were asked for. Locked while one is brought: another step that uses it waits.
    private let asked = Mutex<Set<String>>([])

    /// - Parameters:
    ///   - limit: the largest cache mount to bring, in bytes.
    ///   - admission: decides whether an artifact is accepted, as for an image.
    package init(
        _ store: ContainerStore, sources: [(cache: String, open: Opener)], limit: Int64, admission: PolicyGate?,
        report: @escaping ProgressHandler
    ) {
        self.store = store
        self.sources = sources
        self.limit = limit
        self.admission = admission
        self.report = report
    }

    /// The part of an artifact's tag that stands for a cache mount.
    package static func tag(_ cache: String, _ name: String) -> String { "\(cache)-mount-\(name)" }

    /// The cache mounts that builds have used, by their directories' names.
    package var usedMounts: [(name: String, id: String)] {
        used.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// Notes the use of a cache mount, and brings it if it is not here. A cache that does not have it is not an error; one
    /// that cannot be read is a warning.
    func prepare(_ name: String, id: String, brings: Bool) {
        used.withLock { $0[name] = id }
        guard brings else { return }
        asked.withLock { asked in
            if asked.insert(name).inserted, !Files.exists(CacheMountIndex(store).path(of: name)) { bring(name, id: id) }
        }
    }

    private func bring(_ name: String, id: String) {
        for (cache, open) in sources {
            do {
                let source = try open(name)
                let artifact = try MountImport.read(source, admission: admission)
                guard artifact.name == name else {
                    throw CacheTransferError("the artifact is another cache mount, \(artifact.id)")
                }
                try MountImport(into: store, limit: limit).bring(artifact, from: source)
                report(.message("--> Cache mount \(id) pulled from \(cache)"))
                return
            } catch let error as RegistryError where error.code == .notFound || error.isManifestUnknown {
                continue
            } catch let error as TransportError where error.kind == .noSuchImage || error.kind == .notFound {
                continue
            } catch {
                report(.warning("cannot bring the cache mount \(id) from \(cache): \(error)"))
            }
        }
    }
}

extension StepCache {
    /// Called before a step uses a cache mount, before it is locked.
    ///
    /// - Parameter brings: whether one that is not here may come from another machine.
    package func prepareMount(_ name: String, id: String, brings: Bool) {
        mounts?.prepare(name, id: id, brings: brings)
    }
}
