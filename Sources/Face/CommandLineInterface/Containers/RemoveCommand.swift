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
        let all = arguments.bool("all")
        if arguments.positionals.isEmpty, !all { throw CommandError("container ID must be specified") }
        if !arguments.positionals.isEmpty, all {
            throw CommandError("when using the --all switch, you may not pass any containers names or IDs")
        }
        let store = try session.openStore()
        var failures = FailureList()
        let names = all ? try WorkingContainer.all(in: store).map(\.id) : arguments.positionals
        for name in names {
            do {
                guard try store.container(name) != nil else {
                    throw CommandError("removing container \"\(name)\": container not known")
                }
                let container = try WorkingContainer(name, in: store)
                try store.deleteContainer(container.id)
                session.printLine(container.id)
            } catch {
                failures.add(error)
            }
        }
        try failures.throwLast(session)
        return 0
    }
}
