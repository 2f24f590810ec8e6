import CommandLineGrammar
import ContainerStore
import ContentDigest
import ManifestLists

/// `manifest remove`: removes an entry from a list.
enum ManifestRemoveCommand: Command {
    static let grammar = CommandGrammar(
        "remove", summary: "Remove an entry from a manifest list or image index", usage: "remove LIST_OR_INDEX IMAGE",
        examples: [
            "manifest remove mylist:v1.11 sha256:15352d97781ffdf357bf3459c037be3efac4133dc9070c2dce7eca7c05c3e736"
        ],
        flags: SharedFlags.registry, arguments: .atLeast(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.positionals.count == 2 else { throw CommandError("too many arguments specified") }
        let store = try session.openStore()
        let places = try ListImageLocator(arguments, store, session)
        let record = try ManifestArguments.list(arguments.positionals[0], in: store)
        let (list, digest) = try ManifestList.change(record, in: store) { list in
            let digest = try places.entry(arguments.positionals[1], of: list)
            try list.remove(digest)
            return digest
        }
        session.printLine("\(list.id): \(digest)")
        return 0
    }
}

/// `manifest rm`: removes whole lists, but not the images in them.
enum ManifestDeleteCommand: Command {
    static let grammar = CommandGrammar(
        "rm", summary: "Remove manifest list or image index", usage: "rm LIST_OR_INDEX [LIST_OR_INDEX ...]",
        examples: ["manifest rm mylist:v1.11"], arguments: .atLeast(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        var failed = false
        for name in arguments.positionals {
            do {
                _ = try ManifestArguments.list(name, in: store)
            } catch {
                session.printError("Error: \(error)")
                failed = true
                continue
            }
            do {
                try RemoveImageCommand.remove(name, force: false, store, session)
            } catch {
                session.printError("Error: \(error)")
                failed = true
            }
        }
        return failed ? ErrorReport.ownFailure : 0
    }
}

/// `manifest exists`: whether the store has a list of that name.
enum ManifestExistsCommand: Command {
    static let grammar = CommandGrammar(
        "exists", summary: "Check if a manifest list exists in local storage", usage: "exists MANIFEST",
        examples: ["manifest exists mylist"], arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        if try store.image(arguments.positionals[0]) == nil { return 1 }
        _ = try ManifestArguments.list(arguments.positionals[0], in: store)
        return 0
    }
}
