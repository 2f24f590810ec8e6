import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import ContainersConfig
import Sandbox
import WorkingContainers

/// `container start`: runs a container again, or for the first time, in the foreground.
enum ContainerStartCommand: Command {
    static let grammar = CommandGrammar(
        "start", summary: "Start one or more containers", usage: "start [options] CONTAINER",
        flags: [
            .bool("attach", short: "a", help: "attach container's STDOUT and STDERR"),
            .bool("interactive", short: "i", help: "keep STDIN open even if not attached"),
            ContainerTargets.latest,
            .bool("sig-proxy", default: true, help: "proxy received signals to the process"),
            .refused("detach-keys", "containers only run in the foreground and cannot be detached from"),
            .refused("all", "containers only run in the foreground, one at a time"),
            .refused("filter", short: "f", "containers only run in the foreground, one at a time"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.bool("attach") || arguments.bool("interactive") else {
            throw CommandError("containers only run in the foreground: use start --attach")
        }
        if !arguments.bool("sig-proxy") {
            throw CommandError("--sig-proxy=false is not supported: signals are always forwarded to the container")
        }
        let store = try session.openStore(mounts: true)
        let names = try ContainerTargets.names(arguments, in: store)
        guard names.count == 1 else { throw CommandError("you cannot start and attach multiple containers at once") }
        var container = try ManagedContainer(names[0], in: store)
        guard !container.isRunning else { throw CommandError("container \(container.id) is already running") }
        let invocation = try invocation(of: container, session)
        var process = try invocation.process(for: container.definition)
        if !arguments.bool("interactive"), process.terminal == nil { process.stdio.input = .null }
        if arguments.bool("interactive"), container.definition.opensInput { process.stdio.input = .inherit }
        return try ContainerRun.runToExit(&container, process, store, session)
    }

    /// Parses the command line that created the container again, for settings that are not in the container's file.
    private static func invocation(of container: ManagedContainer, _ session: Session) throws -> ContainerInvocation {
        let line = container.definition.commandLine
        let face = Face.named(line.first ?? "")
        let parsed = try face.grammar.parse(Array(line.dropFirst()), environment: session.environment.environment)
        let command = try face.command(at: parsed.commandPath)
        guard command == ContainerRunCommand.self || command == ContainerCreateCommand.self else {
            throw CommandError("container \(container.id) was not created by container run or create")
        }
        return try ContainerInvocation(parsed, session)
    }
}
