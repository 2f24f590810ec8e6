import CommandLineGrammar
import ContainerStore
import ImageCopy

/// `tag`: adds names to an image.
enum TagCommand: Command {
    static let grammar = CommandGrammar(
        "tag", summary: "Add an additional name to a local image", usage: "tag IMAGE NAME [NAME ...]",
        arguments: .atLeast(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        guard let image = try store.image(arguments.positionals[0]) else {
            throw CommandError("\(arguments.positionals[0]): image not known")
        }
        try store.addNames(image: image.id, try arguments.positionals.dropFirst().map { try normalized($0) })
        return 0
    }

    private static func normalized(_ name: String) throws -> String {
        do { return try LocalNames.qualified(name) } catch {
            throw CommandError("normalizing name \"\(name)\": \(error)")
        }
    }
}

/// `untag`: removes names from an image; without names, all of them.
enum UntagCommand: Command {
    static let grammar = CommandGrammar(
        "untag", summary: "Remove a name from a local image", usage: "untag IMAGE [NAME ...]", arguments: .atLeast(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        guard let image = try store.image(arguments.positionals[0]) else {
            throw CommandError("\(arguments.positionals[0]): image not known")
        }
        let names = try arguments.positionals.dropFirst().map { try LocalNames.qualified($0) }
        for name in names where !image.names.contains(name) {
            throw CommandError("\(name): tag not known for image \(image.id)")
        }
        try store.removeNames(image: image.id, names.isEmpty ? image.names : names)
        return 0
    }
}
