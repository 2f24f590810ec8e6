import CommandLineGrammar
import ContainerStore
import LinuxSystem
import ManifestLists

/// `prune`: removes unused images, and all caches. An image with containers is in use, whoever created them and whether
/// or not they are running.
enum PruneCommand: Command {
    static let grammar = CommandGrammar(
        "prune", summary: "Cleanup intermediate images as well as build and mount cache", usage: "prune [options]",
        flags: [
            .bool("all", short: "a", help: "remove all unused images"),
            .bool("force", short: "f", help: "accepted for compatibility: images that containers use are never pruned"),
        ] + CacheLimitFlags.prune, arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let all = arguments.bool("all")
        let limits = try CacheLimitFlags.pruning(arguments)
        let store = try session.openStore()
        if let limits {
            guard !all else { throw CommandError("--all removes images: it cannot be combined with limits of caches") }
            return try prune(keeping: limits.bytes, oldest: limits.oldest, store, session)
        }
        for id in try UnusedImages.remove(from: store, where: { all || $0.names.isEmpty }) { session.printLine(id) }
        try BuildCacheIndex(store).prune()
        try store.collectLayers()
        try store.emptyCaches()
        return 0
    }

    /// Prunes caches alone: steps and the directories of cache mounts, which share the limit in this order.
    private static func prune(
        keeping limit: Int64?, oldest: FileTime?, _ store: ContainerStore, _ session: Session
    ) throws -> Int32 {
        let mounts = CacheMountIndex(store)
        let mounted = try mounts.list().lazy.map(\.size).sumOfSizes()
        let steps = try BuildCacheIndex(store).prune(
            keeping: limit.map { max($0.subtractingSaturated(mounted), 0) }, notUsedSince: oldest)
        for layer in steps.layers { session.printLine(layer) }
        let removed = try mounts.prune(
            keeping: limit.map { max($0.subtractingSaturated(steps.remaining), 0) }, notUsedSince: oldest)
        for cache in removed { session.printLine("cache mount \(cache.id ?? cache.name)") }
        return 0
    }
}

/// Images that no container uses and no list contains.
enum UnusedImages {
    /// Removes those that match a condition. Atomic: no other process can name one or create a container from it
    /// meanwhile.
    ///
    /// - Returns: the ids of the removed images.
    static func remove(
        from store: ContainerStore, where condition: (ImageRecord) throws -> Bool
    ) throws -> [String] {
        try store.exclusively {
            var removed: [String] = []
            let used = Set(try store.containers().map(\.image))
            let candidates = try store.images().filter { try !$0.isReadOnly && !used.contains($0.id) && condition($0) }
            let lists = try candidates.filter { try ManifestList.isList($0, in: store) }
            // Lists are removed first, so that they do not keep their images.
            for image in lists {
                try store.deleteImage(image.id)
                removed.append(image.id)
            }
            let listed = try ManifestList.listedImages(in: store)
            let gone = Set(removed)
            for image in candidates where !listed.contains(image.id) && !gone.contains(image.id) {
                try store.deleteImage(image.id)
                removed.append(image.id)
            }
            return removed
        }
    }
}
