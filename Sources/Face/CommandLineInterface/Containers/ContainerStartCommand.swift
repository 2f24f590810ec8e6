import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import ContainersConfig
import Sandbox
import WorkingContainers

/// `container start`: runs containers again, or for the first time, in the background or, with `--attach`, in the
/// foreground.
enum ContainerStartCommand: Command {
    static let grammar = CommandGrammar(
        "start", summary: "Start one or more containers", usage: "start [options] CONTAINER [CONTAINER...]",
        flags: [
            .bool("attach", short: "a", help: "attach container's STDOUT and STDERR"),
            .bool("interactive", short: "i", help: "keep STDIN open even if not attached"),
            ContainerTargets.latest,
            .bool("sig-proxy", default: true, help: "proxy received signals to the process"),
            .string("detach-keys", help: "override the key sequence for detaching a container"),
            .bool("all", help: "start all containers regardless of their state or configuration"),
            ContainerSelection.flag,
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        if session.isKeeper { return try ContainerKeep.run(arguments.positionals.first ?? "", session) }
        let attaches = arguments.bool("attach") || arguments.bool("interactive")
        let store = try session.openStore(mounts: true)
        let names = try ContainerTargets.names(arguments, in: store)
        guard attaches else { return start(names, arguments, store, session) }
        guard names.count == 1 else { throw CommandError("you cannot start and attach multiple containers at once") }
        var container = try ManagedContainer(names[0], in: store)
        guard !container.isRunning else {
            return try ContainerAttachCommand.attach(to: container, arguments, store, session)
        }
        let invocation = try ContainerInvocation.recreating(container, store, session)
        var process = try invocation.process(for: container.definition)
        if !arguments.bool("interactive"), process.terminal == nil { process.stdio.input = .null }
        if arguments.bool("interactive"), container.definition.opensInput { process.stdio.input = .inherit }
        return try ContainerRun.runToExit(&container, process, store, session)
    }

    private static func start(
        _ names: [String], _ arguments: ParsedArguments, _ store: ContainerStore, _ session: Session
    ) -> Int32 {
        var index = 0
        return ContainerTargets.forEach(names, store, session) { container in
            let name = names[index]
            index += 1
            if !container.isRunning { try KeeperLauncher.launch(container.id, session) }
            session.printLine(ContainerTargets.echo(name, container.id, arguments))
        }
    }
}

/// `container restart`: stops containers that run, and starts them again.
enum ContainerRestartCommand: Command {
    static let grammar = CommandGrammar(
        "restart", summary: "Restart one or more containers", usage: "restart [options] CONTAINER [CONTAINER...]",
        flags: [
            ContainerTargets.all, ContainerTargets.cidfile, ContainerTargets.latest, ContainerSelection.flag,
            .bool("running", help: "restart only running containers"),
            Flag(
                "time", short: "t", .int, aliases: ["timeout"],
                help: "seconds to wait for stop before killing the container"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore(mounts: true)
        let seconds = arguments.wasSet("time") ? arguments.int("time").map { Int64(clamping: $0) } : nil
        let running = arguments.bool("running")
        let names =
            running && arguments.positionals.isEmpty
            ? try ManagedContainer.all(in: store).map(\.id) : try ContainerTargets.names(arguments, in: store)
        var index = 0
        return ContainerTargets.forEach(names, store, session) { container in
            let name = names[index]
            index += 1
            if running, !container.isRunning { return }
            try container.stop(after: seconds, in: store)
            try container.awaitRelease(in: store)
            try KeeperLauncher.launch(container.id, session)
            session.printLine(ContainerTargets.echo(name, container.id, arguments))
        }
    }
}
