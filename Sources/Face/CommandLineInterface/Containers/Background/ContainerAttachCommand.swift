import CommandLineGrammar
import ContainerLifecycle
import ContainerStore

/// `container attach`: connects standard input and output to a container that runs in the background.
enum ContainerAttachCommand: Command {
    static let grammar = CommandGrammar(
        "attach", summary: "Attach to a running container", usage: "attach [options] CONTAINER",
        flags: [
            .string("detach-keys", help: "override the key sequence for detaching a container"),
            .bool("no-stdin", help: "do not attach STDIN"), ContainerTargets.latest,
            .bool("sig-proxy", default: true, help: "proxy received signals to the process"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        let names = try ContainerTargets.names(arguments, in: store)
        guard names.count == 1 else { throw CommandError("attach requires the name or id of one running container") }
        let container = try ManagedContainer(names[0], in: store)
        guard container.isRunning else { throw CommandError("you can only attach to running containers") }
        return try attach(to: container, arguments, store, session)
    }

    /// Attaches until the container has ended, or the keys to detach are typed.
    ///
    /// - Returns: the exit code of the container; 0 when detached.
    static func attach(
        to container: ManagedContainer, _ arguments: ParsedArguments, _ store: ContainerStore, _ session: Session
    ) throws -> Int32 {
        let definition = container.definition
        guard var client = try KeeperClient(of: container, in: store) else {
            throw CommandError("container \(container.id) runs in the foreground of another process")
        }
        guard definition.supervision?.logDriver != "passthrough" else {
            throw CommandError("this container is using the 'passthrough' log driver, cannot attach")
        }
        let isOff = arguments.declares("no-stdin") && arguments.bool("no-stdin")
        let takesInput = !isOff && (definition.opensInput || definition.hasTerminal)
        var relay = AttachedClient(
            hasTerminal: definition.hasTerminal, takesInput: takesInput,
            keys: try DetachKeys(
                arguments.string("detach-keys") ?? definition.supervision?.detachKeys ?? DetachKeys.standard))
        try client.attach(takesInput ? [.input, .output, .error] : [.output, .error])
        let outcome: AttachedClient.Outcome
        if arguments.bool("sig-proxy") {
            outcome = try container.forwardingSignals { try relay.run(&client) }
        } else {
            outcome = try relay.run(&client)
        }
        switch outcome {
        case .exited(let code): return code
        case .detached: return 0
        }
    }
}
