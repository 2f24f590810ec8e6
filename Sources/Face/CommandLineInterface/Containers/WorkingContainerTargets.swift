import CommandLineGrammar
import ContainerStore
import WorkingContainers

/// Which working containers `rm` and `umount` are about: those named, or with `--all` every one.
enum WorkingContainerTargets {
    /// What a command says in Buildah's words.
    struct Messages {
        let noName: String
        let allWithNames: String
        let unknown: (_ name: String) -> String
    }

    /// Does something with each, in order; errors are printed and the others go on.
    ///
    /// - Throws: the last error; what is wrong with the arguments, before anything is done.
    static func forEach(
        _ arguments: ParsedArguments, _ session: Session, _ messages: Messages,
        _ body: (inout WorkingContainer, ContainerStore) throws -> Void
    ) throws {
        let all = arguments.bool("all")
        if arguments.positionals.isEmpty, !all { throw CommandError(messages.noName) }
        if !arguments.positionals.isEmpty, all { throw CommandError(messages.allWithNames) }
        let store = try session.openStore()
        var failures = FailureList()
        let names = all ? try WorkingContainer.all(in: store).map(\.id) : arguments.positionals
        for name in names {
            do {
                guard try store.container(name) != nil else { throw CommandError(messages.unknown(name)) }
                var container = try WorkingContainer(name, in: store)
                try body(&container, store)
            } catch {
                failures.add(error)
            }
        }
        try failures.throwLast(session)
    }
}
