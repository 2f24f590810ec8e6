import ContainerStore
import LinuxSystem
import ProgressEvents

/// Keeps the results of steps in a store within limits while builds run. What the running build uses always stays.
package struct CacheQuota: Sendable {
    /// The limits.
    package struct Limits: Sendable, Equatable {
        /// The size of the layers that nothing but the cache keeps, in bytes; nil for any.
        package var bytes: Int64?
        /// The time in seconds after which an unused step is removed; nil for the index's own limit alone.
        package var idle: Int64?

        package init(bytes: Int64? = nil, idle: Int64? = nil) {
            self.bytes = bytes
            self.idle = idle
        }
    }

    private let limits: Limits
    private let index: BuildCacheIndex
    /// What was used since then belongs to the running build. Times of files may be a little behind the clock.
    private let start: FileTime

    init(_ limits: Limits, of index: BuildCacheIndex) {
        self.limits = limits
        self.index = index
        start = FileTime(seconds: Clock.now().seconds - 1)
    }

    /// Removes what exceeds the limits, least recently used first.
    func enforce() throws {
        let oldest = limits.idle.map { FileTime(seconds: Clock.now().seconds.subtractingSaturated($0)) }
        let usage = try index.usage()
        let isTooMuch = limits.bytes.map { BuildCacheIndex.privateSize(usage) > $0 } ?? false
        let hasOld = oldest.map { oldest in usage.contains { $0.lastUsed < oldest } } ?? false
        guard isTooMuch || hasOld, usage.contains(where: { $0.lastUsed < start }) else { return }
        let pruned = try index.prune(keeping: limits.bytes, notUsedSince: oldest, protectingSince: start)
        DebugLog.write(
            "build cache",
            [("decision", "pruned"), ("entries", "\(pruned.entries)"), ("remaining", "\(pruned.remaining)")])
    }
}
