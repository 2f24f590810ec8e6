import CommandLineGrammar
import ContainerLifecycle
import ContainerStore

/// `podman rmi`: removes names from images, and images that have none left.
enum PodmanRemoveImageCommand: Command {
    static let grammar = CommandGrammar(
        "rmi", summary: "Removes one or more images from local storage", usage: "rmi [options] IMAGE [IMAGE...]",
        flags: [
            .bool("all", short: "a", help: "remove all images"),
            .bool("force", short: "f", help: "force removal of the image and any containers using the image"),
            .bool("ignore", short: "i", help: "ignore errors if a specified image does not exist"),
            .bool("no-prune", help: "do not remove dangling parent images (they are never kept)"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let all = arguments.bool("all")
        if arguments.positionals.isEmpty, !all {
            throw CommandError("image name or ID must be specified")
        }
        if !arguments.positionals.isEmpty, all {
            throw CommandError("when using the --all switch, you may not pass any images names or IDs")
        }
        let store = try session.openStore()
        let removal = PodmanImageRemoval(store, session, isForced: arguments.bool("force"))
        var code: Int32 = 0
        if all {
            for image in try store.images() where !image.isReadOnly {
                code = max(code, removal.attempt { try removal.removeIfPresent(image) })
            }
        }
        for name in arguments.positionals {
            var isKnown = true
            code = max(code, removal.attempt { isKnown = try removal.untagOrRemove(name) })
            if isKnown || arguments.bool("ignore") || arguments.bool("force") { continue }
            session.printError("Error: \(name): image not known")
            code = max(code, 1)
        }
        try BuildCacheIndex(store).collect()
        try store.collectLayers()
        return code
    }
}

/// Removes images with Podman's messages and exit codes.
struct PodmanImageRemoval {
    private let store: ContainerStore
    private let session: Session
    private let isForced: Bool

    init(_ store: ContainerStore, _ session: Session, isForced: Bool) {
        self.store = store
        self.session = session
        self.isForced = isForced
    }

    /// - Returns: 0, 2 for an image that is in use, otherwise 125.
    func attempt(_ body: () throws -> Void) -> Int32 {
        do {
            try body()
            return 0
        } catch let error as StoreError where error.kind == .inUse {
            let user = try? store.containers().first { $0.image == error.subject }
            session.printError(
                user.map {
                    "Error: image used by \($0.id): image is in use by a container: consider listing "
                        + "external containers and force-removing image"
                } ?? "Error: \(error)")
            return 2
        } catch {
            session.printError("Error: \(error)")
            return ErrorReport.ownFailure
        }
    }

    /// - Returns: false where there is no such image.
    func untagOrRemove(_ name: String) throws -> Bool {
        guard let found = try store.findImage(name) else { return false }
        let isLastName = found.name == nil || found.image.names.count < 2
        if isForced, isLastName { try ImageUsers.remove(of: found.image, in: store, session) }
        switch try store.removeImage(name, isForced: isForced) {
        case .untagged(let name): session.printLine("Untagged: \(name)")
        case .deleted(let id, let names): tell(names, id)
        case .refused(let id, let names):
            throw CommandError(
                "unable to delete image \"\(id)\" by ID with more than one tag "
                    + "(\(names.joined(separator: ", "))): please force removal")
        case nil: return false
        }
        return true
    }

    /// Removes an image with all its names. One that another process has removed meanwhile is no failure.
    func removeIfPresent(_ image: ImageRecord) throws {
        do {
            if isForced { try ImageUsers.remove(of: image, in: store, session) }
            let names = try store.exclusively {
                let names = try store.image(image.id)?.names ?? []
                try store.deleteImage(image.id)
                return names
            }
            tell(names, image.id)
        } catch let error as StoreError where error.kind == .notFound {
            return
        }
    }

    private func tell(_ names: [String], _ id: String) {
        for name in names { session.printLine("Untagged: \(name)") }
        session.printLine("Deleted: \(id)")
    }
}

/// `image exists`: reports in the exit code whether an image exists.
enum ImageExistsCommand: Command {
    static let grammar = CommandGrammar(
        "exists", summary: "Check if an image exists in local storage", usage: "exists IMAGE", arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        try session.openStore().image(arguments.positionals[0]) == nil ? 1 : 0
    }
}

/// `podman image prune`: removes images without a name, or with `--all` those not used by a container.
enum PodmanImagePruneCommand: Command {
    static let grammar = CommandGrammar(
        "prune", summary: "Remove unused images", usage: "prune [options]",
        flags: [
            .bool("all", short: "a", help: "remove all images not in use by containers, not just dangling ones"),
            .bool("force", short: "f", help: "do not prompt for confirmation"),
            Flag("filter", .stringSlice, placeholder: "KEY=VALUE", help: "filter values for the images to prune"),
            .refused("external", "images of other tools are not treated differently"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let all = arguments.bool("all")
        let what = all ? "all images without at least one container associated to them" : "all dangling images"
        guard
            arguments.bool("force")
                || ConfirmationPrompt.ask(
                    "WARNING! This command removes \(what).\nAre you sure you want to continue?", session)
        else { return 0 }
        let store = try session.openStore()
        let filter = try ImageFilter(arguments.strings("filter"), in: store)
        let removed = try UnusedImages.remove(from: store) { image in
            guard all || image.names.isEmpty else { return false }
            return try ImageListing.listings(of: image, in: store).contains { filter.matches($0) }
        }
        removed.forEach(session.printLine)
        try BuildCacheIndex(store).collect()
        try store.collectLayers()
        return 0
    }
}
