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
        if prune {
            for id in try UnusedImages.remove(from: store, where: \.names.isEmpty) { session.printLine(id) }
        } else if all {
            for image in try store.images() where !image.isReadOnly {
                attempt { try remove(image, force: force, store, session) }
            }
        }
        if all || prune { try BuildCacheIndex(store).prune() }
        for name in arguments.positionals {
            attempt { try remove(name, force: force, store, session) }
        }
        try BuildCacheIndex(store).collect()
        try store.collectLayers()
        try failures.throwAll()
        return 0
    }

    /// Removes a name from an image, and the image from the store if it was the last one. Reports what it does.
    static func remove(_ name: String, force: Bool, _ store: ContainerStore, _ session: Session) throws {
        guard let found = try store.findImage(name) else { throw CommandError("\(name): image not known") }
        let isLastName = found.name == nil || found.image.names.count < 2
        if isLastName { try clear(found.image, force: force, store, session) }
        switch try store.removeImage(name, isForced: force) {
        case .untagged(let name): session.printLine("untagged: \(name)")
        case .deleted(let id, let names): tell(names, id, session)
        case .refused(let id, let names):
            throw CommandError(
                "unable to delete image \"\(id)\" by ID with more than one tag "
                    + "([\(names.joined(separator: " "))]): please force removal")
        case nil: throw CommandError("\(name): image not known")
        }
    }

    /// Removes an image with all its names. One that another process has removed meanwhile is no failure.
    private static func remove(
        _ image: ImageRecord, force: Bool, _ store: ContainerStore, _ session: Session
    ) throws {
        do {
            try clear(image, force: force, store, session)
            let names = try store.exclusively {
                let names = try store.image(image.id)?.names ?? []
                try store.deleteImage(image.id)
                return names
            }
            tell(names, image.id, session)
        } catch let error as StoreError where error.kind == .notFound {
            return
        }
    }

    private static func tell(_ names: [String], _ id: String, _ session: Session) {
        for name in names { session.printLine("untagged: \(name)") }
        session.printLine(id)
    }

    /// Sees to the containers of an image that is to go.
    private static func clear(
        _ image: ImageRecord, force: Bool, _ store: ContainerStore, _ session: Session
    ) throws {
        let users = try store.containers().filter { $0.image == image.id }
        guard users.isEmpty || force else {
            throw CommandError(
                "image used by \(users.map(\.id).joined(separator: ", ")): image is in use by a container: "
                    + "consider listing external containers and force-removing image")
        }
        if force { try ImageUsers.remove(of: image, in: store, session) }
    }
}
