import CommandLineGrammar
import ContainerStore
import ManifestLists

/// `prune`: removes images that nothing needs, and everything that is kept to save time. An image with containers is in
/// use, whoever made them and whether they run or not.
enum PruneCommand: Command {
    static let grammar = CommandGrammar(
        "prune", summary: "Cleanup intermediate images as well as build and mount cache", usage: "prune [options]",
        flags: [
            .bool("all", short: "a", help: "remove all unused images"),
            .bool("force", short: "f", help: "accepted for compatibility: images that containers use are never pruned"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let all = arguments.bool("all")
        let store = try session.openStore()
        for id in try UnusedImages.remove(from: store, where: { all || $0.names.isEmpty }) { session.printLine(id) }
        try BuildCacheIndex(store).prune()
        try store.collectLayers()
        try store.emptyCaches()
        return 0
    }
}

/// Images that no container uses and no list names.
enum UnusedImages {
    /// Removes those that a condition fits. Decided and done in one go: another process can neither name one meanwhile
    /// nor make a container of it.
    ///
    /// - Returns: the ids of the images that are gone.
    static func remove(
        from store: ContainerStore, where condition: (ImageRecord) throws -> Bool
    ) throws -> [String] {
        try store.exclusively {
            var removed: [String] = []
            let used = Set(try store.containers().map(\.image))
            let candidates = try store.images().filter { try !$0.isReadOnly && !used.contains($0.id) && condition($0) }
            let lists = try candidates.filter { try ManifestList.isList($0, in: store) }
            // A list that goes as well does not keep its images.
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
