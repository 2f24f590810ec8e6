import CommandLineGrammar
import ContainerStore
import WorkingContainers

/// `rename`: renames a working container.
enum RenameCommand: Command {
    static let grammar = CommandGrammar(
        "rename", summary: "Rename a container", usage: "rename CONTAINER NEW-NAME", arguments: .exactly(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        var container = try WorkingContainer(arguments.positionals[0], in: store)
        let name = arguments.positionals[1]
        guard container.name != name else {
            throw CommandError("renaming a container with the same name as its current name")
        }
        if let owner = try store.container(name), owner.names.contains(name) {
            throw CommandError("The container name \"\(name)\" is already in use by container \"\(owner.id)\"")
        }
        try container.rename(to: name, in: store)
        return 0
    }
}
