import CommandLineGrammar
import ContainerStore
import ManifestLists

/// `prune`: removes images that nothing needs.
enum PruneCommand: Command {
    static let grammar = CommandGrammar(
        "prune", summary: "Cleanup intermediate images as well as build cache", usage: "prune [options]",
        flags: [
            .bool("all", short: "a", help: "remove all unused images"),
            .bool("force", short: "f", help: "force removal of the images and any containers using them"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let all = arguments.bool("all")
        let force = arguments.bool("force")
        let store = try session.openStore()
        let listed = try ManifestList.listedImages(in: store)
        for image in try store.images() where !image.isReadOnly && (all || image.names.isEmpty) {
            // A list in use would lose it.
            if !all, listed.contains(image.id) { continue }
            let users = try store.containers().filter { $0.image == image.id }
            if !users.isEmpty, !force { continue }
            if !users.isEmpty { try ImageUsers.remove(of: image, in: store) }
            _ = try store.deleteImage(image.id)
            session.printLine(image.id)
        }
        try BuildCacheIndex(store).prune()
        return 0
    }
}
