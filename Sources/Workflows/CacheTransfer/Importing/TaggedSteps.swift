import BuildCaches
import ContentDigest
package import Distribution
package import ImageCopy
package import ImageModel
import ImageTransports
import JSONText
import LinuxSystem
package import ProgressEvents
import Synchronization

/// A repository with one image per step, whose tag is the step's key: Buildah's form of a remote cache.
package final class TaggedSteps: ImportedSteps {
    private let repository: ImageReference
    private let access: RegistryAccess
    private let admission: PolicyGate?
    private let report: ProgressHandler
    private let isUsable = Mutex(true)

    /// - Parameter admission: decides whether an image is accepted.
    package init(
        _ repository: ImageReference, _ access: RegistryAccess, admission: PolicyGate?,
        report: @escaping ProgressHandler
    ) {
        self.admission = admission
        self.repository = repository
        self.access = access
        self.report = report
    }

    package var description: String { "\(repository)" }

    package func disable() { isUsable.withLock { $0 = false } }

    package func find(_ key: String) -> FoundStep? {
        guard isUsable.withLock({ $0 }) else { return nil }
        do {
            let tagged = try ImageReference(domain: repository.domain, path: repository.path, tag: key)
            let source = try DockerSource(tagged, access: access)
            return FoundStep(
                step: try step(key, in: source), source: SharedSource(source),
                message: "--> Cache pulled from remote \(repository):\(key)")
        } catch let error as RegistryError where error.code == .notFound || error.isManifestUnknown {
            return nil
        } catch {
            report(.warning("cannot read the cache \(repository): \(error)"))
            disable()
            return nil
        }
    }

    /// The step whose result an image is: its last one.
    private func step(_ key: String, in source: any ImageSource) throws -> CachedStep {
        let raw = try source.manifest(nil)
        try admission?.admit(raw, instance: nil, from: source)
        guard case .image(let manifest) = try CacheManifest.read(raw) else {
            throw BuildCacheError("\(source.description) is not an image")
        }
        let described = Descriptor(
            mediaType: manifest.config.mediaType, digest: manifest.config.digest, size: manifest.config.size)
        let config = try ImageConfig(parsing: try source.readBlob(described))
        var diffIDs = config.rootfs.diffIDs
        guard diffIDs.count == manifest.layers.count else {
            throw BuildCacheError("\(source.description): manifest and configuration list different layers")
        }
        guard let last = config.history?.last, let created = last.created.flatMap(Clock.parseRFC3339) else {
            throw BuildCacheError("\(source.description): the history does not tell when its last step ran")
        }
        var layer: CachedStep.Layer?
        if last.emptyLayer != true, let diffID = diffIDs.popLast(), let blob = manifest.layers.last {
            layer = CachedStep.Layer(diffID: diffID, size: nil, blob: blob)
        }
        let parent = diffIDs.reduce(String?.none) { CachedStep.layerID(parent: $0, diffID: $1) }
        return CachedStep(key: key, parent: parent, layer: layer, created: created, note: last.createdBy ?? "")
    }
}
