import CommandLineGrammar
import ContainerStore
import ManifestLists

/// `rmi`: removes names from images, and images that have none left.
enum RemoveImageCommand: Command {
    static let grammar = CommandGrammar(
        "rmi", summary: "Remove one or more images from local storage", usage: "rmi [options] [IMAGE [...]]",
        flags: [
            .bool("all", short: "a", help: "remove all images"),
            .bool("prune", short: "p", help: "prune dangling images"),
            .bool("force", short: "f", help: "force removal of the image and any containers using the image"),
        ], flagsFirst: true)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let all = arguments.bool("all")
        let prune = arguments.bool("prune")
        let force = arguments.bool("force")
        if arguments.positionals.isEmpty, !all, !prune { throw CommandError("image name or ID must be specified") }
        if !arguments.positionals.isEmpty, all || prune {
            throw CommandError(
                "when using the --\(all ? "all" : "prune") switch, you may not pass any images names or IDs")
        }
        if all, prune { throw CommandError("when using the --all switch, you may not use --prune switch") }
        let store = try session.openStore()
        var failures = FailureList()
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch { failures.add(error) }
        }
        if all || prune {
            let listed = all ? [] : try ManifestList.listedImages(in: store)
            for image in try store.images() where (all || image.names.isEmpty) && !image.isReadOnly {
                if listed.contains(image.id) { continue }
                attempt { try remove(image, force: force, store, session) }
            }
            try BuildCacheIndex(store).prune()
        }
        for name in arguments.positionals {
            attempt { try remove(name, force: force, store, session) }
        }
        try BuildCacheIndex(store).collect()
        try failures.throwAll()
        return 0
    }

    /// Removes a name from an image, and the image from the store if it was the last one. Reports what it does.
    static func remove(_ name: String, force: Bool, _ store: ContainerStore, _ session: Session) throws {
        guard let found = try store.findImage(name) else { throw CommandError("\(name): image not known") }
        let names = found.image.names
        if let match = found.name, names.count > 1 {
            try store.removeNames(image: found.image.id, [match])
            session.printLine("untagged: \(match)")
            return
        }
        if found.name == nil, names.count > 1, !force {
            throw CommandError(
                "unable to delete image \"\(found.image.id)\" by ID with more than one tag "
                    + "([\(names.joined(separator: " "))]): please force removal")
        }
        try remove(found.image, force: force, store, session)
    }

    private static func remove(
        _ image: ImageRecord, force: Bool, _ store: ContainerStore, _ session: Session
    ) throws {
        let users = try store.containers().filter { $0.image == image.id }
        guard users.isEmpty || force else {
            throw CommandError(
                "image used by \(users.map(\.id).joined(separator: ", ")): image is in use by a container: "
                    + "consider listing external containers and force-removing image")
        }
        if force { try ImageUsers.remove(of: image, in: store) }
        _ = try store.deleteImage(image.id)
        for name in image.names { session.printLine("untagged: \(name)") }
        session.printLine(image.id)
    }
}
