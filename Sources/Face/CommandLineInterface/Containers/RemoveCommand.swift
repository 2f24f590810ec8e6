import CommandLineGrammar
import ContainerStore
import WorkingContainers

/// `rm`, also `delete`: removes working containers.
enum RemoveCommand: Command {
    static let grammar = CommandGrammar(
        "rm", aliases: ["delete"], summary: "Remove one or more working containers",
        usage: "rm [options] [CONTAINER...]", flags: [.bool("all", short: "a", help: "remove all containers")],
        flagsFirst: true)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let messages = WorkingContainerTargets.Messages(
            noName: "container ID must be specified",
            allWithNames: "when using the --all switch, you may not pass any containers names or IDs",
            unknown: { "removing container \"\($0)\": container not known" })
        try WorkingContainerTargets.forEach(arguments, session, messages) { container, store in
            try store.deleteContainer(container.id)
            session.printLine(container.id)
        }
        return 0
    }
}
