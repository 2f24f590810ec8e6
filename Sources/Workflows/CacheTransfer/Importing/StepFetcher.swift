import BuildCaches
package import ContainerStore
import Distribution
import ImageCopy
import LinuxSystem
package import ProgressEvents

/// Brings imported steps into the store.
///
/// Nothing in a cache is believed but what a step's result is, which is what its user trusts it for: the blob is
/// verified against its digest, the archive against its diff ID and size, and the layer's id is computed from them.
package struct StepFetcher: Sendable {
    private let store: ContainerStore
    private let maximumAge: Int64?
    private let report: ProgressHandler

    /// - Parameter maximumAge: the age in seconds from which on steps are not used; nil for any age.
    package init(into store: ContainerStore, maximumAge: Int64?, report: @escaping ProgressHandler) {
        self.store = store
        self.maximumAge = maximumAge
        self.report = report
    }

    /// The entry for a step whose layer is now in the store; nil if the step cannot be used.
    func bring(_ found: FoundStep, from cache: any ImportedSteps) throws -> BuildCacheIndex.Entry? {
        let step = found.step
        if let maximumAge, Clock.now().seconds.subtractingSaturated(step.created.seconds) > maximumAge { return nil }
        // A layer is never put on anything else than what it was made on.
        if let parent = step.parent, try !store.claimLayer(parent) { return nil }
        if let id = step.resultID, try !store.claimLayer(id) {
            guard try fetch(found, from: cache) else { return nil }
        }
        if let message = found.message { report(.message(message)) }
        DebugLog.write(
            "build cache", [("decision", "imported"), ("key", step.key), ("from", cache.description)])
        return BuildCacheIndex.Entry(
            layer: step.resultID, parent: step.parent, created: step.created, note: step.note)
    }

    /// - Returns: whether the layer is in the store.
    private func fetch(_ found: FoundStep, from cache: any ImportedSteps) throws -> Bool {
        guard let layer = found.step.layer else { return true }
        do {
            // Buildah, whose form has a message of its own, is silent meanwhile.
            var progress = report
            if found.message != nil { progress = { _ in } }
            let registration = try LayerFetch(into: store, report: progress).apply(
                layer.blob, diffID: layer.diffID, size: layer.size, from: found.source.source,
                upon: found.step.parent)
            return try store.register([registration]).first?.id == found.step.resultID
        } catch let error as StoreError {
            // The store itself has failed.
            throw error
        } catch let error as LinuxError {
            throw error
        } catch {
            report(.warning("cannot take a step from the cache \(cache.description): \(error)"))
            if let error = error as? RegistryError, error.code != .notFound, error.code != .mismatch {
                cache.disable()
            }
            return false
        }
    }
}
