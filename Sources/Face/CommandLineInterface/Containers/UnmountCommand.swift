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
        let messages = WorkingContainerTargets.Messages(
            noName: "at least one container ID must be specified",
            allWithNames: "when using the --all switch, you may not pass any container IDs",
            unknown: { "error unmounting container \($0): container not known" })
        try WorkingContainerTargets.forEach(arguments, session, messages) { container, store in
            if try container.unmount(in: store) { session.printLine(container.id) }
        }
        return 0
    }
}
