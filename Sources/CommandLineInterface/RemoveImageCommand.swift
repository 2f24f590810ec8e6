import CommandLineGrammar
import ContainerStore
import ManifestLists

/// `rmi`: takes names from images, and removes images without any.
enum RemoveImageCommand: Command {
    static let grammar = CommandGrammar(
        "rmi", summary: "Remove one or more images from local storage", usage: "rmi [options] [IMAGE [...]]",
        flags: [
            .bool("all", short: "a", help: "remove all images"),
            .bool("prune", short: "p", help: "prune dangling images"),
            .bool("force", short: "f", help: "force removal of the image and any containers using the image"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let all = arguments.bool("all")
        let prune = arguments.bool("prune")
        if arguments.positionals.isEmpty, !all, !prune { throw CommandError("image name or ID must be specified") }
        if !arguments.positionals.isEmpty, all || prune {
            throw CommandError("when using the --all or --prune switch, you may not pass any images names or IDs")
        }
        if all, prune { throw CommandError("when using the --all switch, you may not use --prune switch") }
        let store = try session.openStore()
        var failed = false
        if all || prune {
            let listed = all ? [] : try ManifestList.listedImages(in: store)
            for image in try store.images() where all || image.names.isEmpty {
                if image.isReadOnly || listed.contains(image.id) { continue }
                failed = !remove(image, force: arguments.bool("force"), store, session) || failed
            }
            try BuildCacheIndex(store).prune()
        }
        for name in arguments.positionals {
            failed = !remove(name, force: arguments.bool("force"), store, session) || failed
        }
        try BuildCacheIndex(store).collect()
        return failed ? ErrorReport.ownFailure : 0
    }

    /// Takes the name from an image, and the image from the store if it was its last. Says what it does.
    ///
    /// - Returns: whether it could be done.
    static func remove(_ name: String, force: Bool, _ store: ContainerStore, _ session: Session) -> Bool {
        do {
            guard let found = try store.findImage(name) else { throw CommandError("\(name): image not known") }
            if let match = found.name, found.image.names.count > 1 {
                try store.removeNames(image: found.image.id, [match])
                session.printLine("untagged: \(match)")
                return true
            }
            if found.name == nil, found.image.names.count > 1, !force {
                throw CommandError(
                    "unable to delete image \"\(found.image.id)\" by ID with more than one tag (\(found.image.names.joined(separator: ", "))): please force removal"
                )
            }
            return remove(found.image, force: force, store, session)
        } catch {
            session.printError("Error: \(error)")
            return false
        }
    }

    private static func remove(_ image: ImageRecord, force: Bool, _ store: ContainerStore, _ session: Session) -> Bool {
        do {
            if force { try ImageUsers.remove(of: image, in: store) }
            _ = try store.deleteImage(image.id)
            for name in image.names { session.printLine("untagged: \(name)") }
            session.printLine(image.id)
            return true
        } catch {
            session.printError("Error: \(error)")
            return false
        }
    }
}
