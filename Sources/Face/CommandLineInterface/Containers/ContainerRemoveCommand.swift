import CommandLineGrammar
import ContainerLifecycle
import ContainerStore

/// `container rm`: removes containers that were run, and Buildah's working containers.
enum ContainerRemoveCommand: Command {
    static let grammar = CommandGrammar(
        "rm", summary: "Remove one or more containers", usage: "rm [options] CONTAINER [CONTAINER...]",
        flags: [
            ContainerTargets.all, ContainerTargets.cidfile, ContainerTargets.latest,
            .bool("force", short: "f", help: "force removal of a running or unusable container"),
            .bool("ignore", short: "i", help: "ignore errors when a specified container is missing"),
            Flag("filter", .stringArray, help: "filter output based on conditions given"),
            .bool("volumes", short: "v", help: "remove the container's anonymous volumes (always done)"),
            .bool("depend", help: "remove containers that depend on it (there are none)"),
            Flag(
                "time", short: "t", .int, default: "10", aliases: ["timeout"],
                help: "seconds to wait for stop before killing the container"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        let force = arguments.bool("force") || arguments.wasSet("time")
        let seconds = arguments.wasSet("time") ? Int64(clamping: arguments.int("time") ?? 10) : nil
        let names = try ContainerTargets.names(arguments, in: store)
        var code: Int32 = 0
        for name in names {
            do {
                let id = try remove(name, force: force, seconds, store, session)
                session.printLine(ContainerTargets.echo(name, id, arguments))
            } catch let error as ContainerError where error.code == .notFound {
                // As in rm, missing files are not an error with force.
                if arguments.bool("ignore") || arguments.bool("force") { continue }
                session.printError("Error: \(error)")
                code = code == 0 ? 1 : code
            } catch let error as ContainerError where error.code == .running {
                session.printError("Error: \(error)")
                code = 2
            } catch {
                session.printError("Error: \(error)")
                code = ErrorReport.ownFailure
            }
        }
        return code
    }

    private static func remove(
        _ name: String, force: Bool, _ seconds: Int64?, _ store: ContainerStore, _ session: Session
    ) throws -> String {
        do {
            var container = try ManagedContainer(name, in: store)
            try container.remove(isForced: force, stoppingAfter: seconds, in: store)
            return container.id
        } catch let error as ContainerError where error.code == .invalid && force {
            // An unreadable container can still be removed.
            guard let record = try store.container(name) else { throw error }
            try store.deleteContainer(record.id)
            return record.id
        } catch let error as ContainerError where error.code == .foreign {
            guard let record = try store.container(name) else { throw error }
            let isWorking = store.owner(ofContainer: record.id) == .buildah
            if !isWorking, !force {
                throw CommandError(
                    "\(error.description), which has to remove it itself; --force removes its files if it does not run")
            }
            if isWorking, !force, try store.mountCount(of: record.layer)?.count ?? 0 > 0 {
                throw ContainerError(
                    .running,
                    "container \"\(name)\" is mounted and cannot be removed without using force: "
                        + "container state improper")
            }
            try ForeignContainer.checkRemovable(record, in: store, session)
            try ForeignContainer.remove(record, in: store, session)
            return record.id
        }
    }
}

/// `container prune`: removes all containers that are not running.
enum ContainerPruneCommand: Command {
    static let grammar = CommandGrammar(
        "prune", summary: "Remove all non running containers", usage: "prune [options]",
        flags: [
            .bool("force", short: "f", help: "do not prompt for confirmation"),
            Flag("filter", .stringArray, help: "filter containers to prune"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard
            arguments.bool("force")
                || ConfirmationPrompt.ask(
                    "WARNING! This will remove all non running containers.\nAre you sure you want to continue?", session
                )
        else { return 0 }
        let store = try session.openStore()
        let selection = try ContainerSelection(arguments.strings("filter"), in: store)
        let names = try ManagedContainer.all(in: store).filter { !$0.isRunning && selection.matches($0) }.map(\.id)
        return ContainerTargets.forEach(names, ignoresMissing: true, store, session) { container in
            try container.remove(isForced: false, in: store)
            session.printLine(container.id)
        }
    }
}

/// Asks for confirmation on the terminal.
enum ConfirmationPrompt {
    /// Whether the answer begins with y. No answer counts as no.
    static func ask(_ question: String, _ session: Session) -> Bool {
        session.write("\(question) [y/N] ")
        return readLine()?.lowercased().hasPrefix("y") ?? false
    }
}
