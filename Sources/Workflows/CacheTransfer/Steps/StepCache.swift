package import ContainerStore
import LinuxSystem
import ProgressEvents
import Synchronization

/// The results of build steps: those that the store's own index has, and those in imported caches.
///
/// Notes what the builds that share it have used, for exporting. May be used on several threads concurrently.
package final class StepCache: Sendable {
    /// A step that a build has taken from a cache or executed.
    package struct UsedStep: Sendable, Equatable {
        package let key: String
        package let entry: BuildCacheIndex.Entry
    }

    /// Receives steps while a build runs.
    package typealias StepHandler = @Sendable (_ key: String, _ entry: BuildCacheIndex.Entry) throws -> Void

    private let index: BuildCacheIndex
    private let imports: [any ImportedSteps]
    private let fetcher: StepFetcher?
    private let publish: StepHandler?
    private let quota: CacheQuota?
    private let used = Mutex(Used())
    /// The cache mounts that come from and go to other machines; nil for none.
    package let mounts: MountTransfers?
    /// Whether the image gets the steps that it is made of in its configuration.
    package let writesInline: Bool

    private struct Used {
        var keys: Set<String> = []
        var steps: [UsedStep] = []
    }

    /// The store's own index, without imports.
    package convenience init(_ store: ContainerStore) {
        self.init(store, imports: [], fetcher: nil)
    }

    /// - Parameters:
    ///   - imports: other caches, asked in this order for what the store's own index does not have.
    ///   - fetcher: brings the layers of imported steps.
    ///   - publish: called once for each step that a build executes or finds in the store, but not for imported ones.
    ///   - quota: limits of the store's own index, enforced after each new step.
    package init(
        _ store: ContainerStore, imports: [any ImportedSteps], fetcher: StepFetcher?, publish: StepHandler? = nil,
        mounts: MountTransfers? = nil, writesInline: Bool = false, quota: CacheQuota.Limits? = nil
    ) {
        self.mounts = mounts
        let index = BuildCacheIndex(store)
        self.index = index
        self.quota = quota.map { CacheQuota($0, of: index) }
        self.writesInline = writesInline
        self.imports = imports
        self.fetcher = fetcher
        self.publish = publish
    }

    /// The entry for a key, as `BuildCacheIndex.lookup`. The layer of an imported step is fetched into the store, and
    /// its entry recorded in the store's index; an imported step that cannot be fetched does not exist.
    package func lookup(_ key: String) throws -> BuildCacheIndex.Entry? {
        if let entry = try index.lookup(key) {
            try note(key, entry, isNew: true)
            return entry
        }
        guard let fetcher else { return nil }
        for source in imports {
            guard let found = source.find(key), let entry = try fetcher.bring(found, from: source) else { continue }
            try index.record(key, entry)
            try note(key, entry, isNew: false)
            try quota?.enforce()
            return entry
        }
        return nil
    }

    /// Records the result of a step that was executed.
    package func record(_ key: String, _ entry: BuildCacheIndex.Entry) throws {
        try index.record(key, entry)
        try note(key, entry, isNew: true)
        try quota?.enforce()
    }

    /// As `BuildCacheIndex.collectIfChanged`, and enforces the limits.
    package func collectIfChanged() throws {
        try index.collectIfChanged()
        try quota?.enforce()
    }

    /// The steps that builds have used, each once, by their keys: what is written does not depend on the order of a build.
    package var usedSteps: [UsedStep] { used.withLock { $0.steps }.sorted { $0.key < $1.key } }

    private func note(_ key: String, _ entry: BuildCacheIndex.Entry, isNew: Bool) throws {
        let isFirst = used.withLock { used in
            guard used.keys.insert(key).inserted else { return false }
            used.steps.append(UsedStep(key: key, entry: entry))
            return true
        }
        if isFirst, isNew { try publish?(key, entry) }
    }
}
