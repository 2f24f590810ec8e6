import CommandLineGrammar
import ContainerStore
import WorkingContainers

/// `umount`, also `unmount`.
enum UnmountCommand: Command {
    static let grammar = CommandGrammar(
        "umount", aliases: ["unmount"], summary: "Unmount the root file system of the specified working containers",
        usage: "umount [options] [CONTAINER...]",
        flags: [.bool("all", short: "a", help: "umount all of the currently mounted containers")],
        flagsFirst: true)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let all = arguments.bool("all")
        if arguments.positionals.isEmpty, !all { throw CommandError("at least one container ID must be specified") }
        if !arguments.positionals.isEmpty, all {
            throw CommandError("when using the --all switch, you may not pass any container IDs")
        }
        let store = try session.openStore()
        var failures = FailureList()
        let names = all ? try WorkingContainer.all(in: store).map(\.id) : arguments.positionals
        for name in names {
            do {
                guard try store.container(name) != nil else {
                    throw CommandError("error unmounting container \(name): container not known")
                }
                var container = try WorkingContainer(name, in: store)
                if try container.unmount(in: store) { session.printLine(container.id) }
            } catch {
                failures.add(error)
            }
        }
        try failures.throwLast(session)
        return 0
    }
}
