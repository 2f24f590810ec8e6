import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import ContainersConfig
import Glibc
import LinuxSystem
import Sandbox
import WorkingContainers

/// `container exec`: runs another command in a running container.
enum ContainerExecCommand: Command {
    static let grammar = CommandGrammar(
        "exec", summary: "Run a process in a running container",
        usage: "exec [options] CONTAINER COMMAND [ARG...]",
        flags: [
            .bool("detach", short: "d", help: "run the exec session in detached mode (backgrounded)"),
            .string("detach-keys", hidden: true, help: "only for compatibility: a command ends with its client"),
            Flag("env", short: "e", .stringArray, help: "set environment variables"),
            Flag("env-file", .stringArray, placeholder: "file", help: "read in a file of environment variables"),
            .bool("interactive", short: "i", help: "keep STDIN open even if not attached"),
            ContainerTargets.cidfile, ContainerTargets.latest,
            .bool("privileged", help: "give the process extended Linux capabilities inside the container"),
            .bool("tty", short: "t", help: "allocate a pseudo-TTY"),
            .string("user", short: "u", "NAME[:GROUP]", help: "sets the username or UID used"),
            .string("workdir", short: "w", help: "working directory inside the container"),
            .refused("preserve-fds", "other descriptors are not passed to containers"),
            .refused("preserve-fd", "other descriptors are not passed to containers"),
        ], interspersed: false)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        if session.isKeeper {
            do {
                return try execute(arguments, session)
            } catch {
                KeeperReport.fail((error as? SandboxError)?.exitCode ?? ErrorReport.ownFailure, "\(error)")
                return ErrorReport.ownFailure
            }
        }
        guard arguments.bool("detach") else {
            do {
                return try execute(arguments, session)
            } catch let error as SandboxError {
                session.printError("Error: \(error)")
                return error.exitCode
            }
        }
        do {
            try KeeperLauncher.launch(
                Array(session.commandLine.dropFirst()), session.environment.environment, session)
        } catch let failure as KeeperLauncher.Failure {
            session.printError("Error: \(failure)")
            // As for Podman, every failure in the background is the tool's own.
            return ErrorReport.ownFailure
        }
        session.printLine(RandomBytes.hex(32))
        return 0
    }

    private static func execute(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        var words = arguments.positionals
        let isChosen = arguments.bool("latest") || arguments.wasSet("cidfile")
        let name = isChosen ? "" : words.isEmpty ? "" : words.removeFirst()
        guard isChosen || !name.isEmpty else {
            throw CommandError("exec requires the name or ID of a container or the --latest or --cidfile flag")
        }
        guard !words.isEmpty else { throw CommandError("must provide a non-empty command to start an exec session") }
        try joinUserNamespace(of: name, session)
        let store = try session.openStore()
        var target = name
        if isChosen {
            var choice = arguments
            choice.removePositionals()
            target = try ContainerTargets.names(choice, in: store).first ?? ""
        }
        let container = try ManagedContainer(target, in: store)
        let joined = try container.joined()
        session.peer = container.state.process?.pid
        let invocation = try ContainerInvocation.recreating(container, nil, session)
        let process = try process(words, container.definition, invocation, arguments, session)
        return try process.run(joining: joined, caches: store.layout.ownRoom + "/filters").shellCode
    }

    /// Without root, a container can only be joined, and its processes be examined, by root of its user namespace.
    static func joinUserNamespace(of name: String, _ session: Session) throws {
        guard geteuid() != 0, !name.isEmpty else { return }
        let global = session.global
        let config = try StorageConfig.resolve(
            env: session.environment, rootless: true, root: global.root, runroot: global.runRoot,
            driver: global.storageDriver, options: global.storageOptions, isTransient: global.isTransient)
        let roots = [config.graphRoot, config.runRoot]
        guard let process = roots.lazy.compactMap({ ManagedContainer.runningProcess(of: name, graphRoot: $0) }).first
        else { return }
        try session.joinUserNamespace(of: process)
    }

    private static func process(
        _ words: [String], _ definition: ContainerDefinition, _ invocation: ContainerInvocation,
        _ arguments: ParsedArguments, _ session: Session
    ) throws -> ContainerProcess {
        var process = ContainerProcess(arguments: words, hostname: definition.hostname)
        var variables = EnvironmentList(definition.environment)
        if arguments.bool("tty") { variables.setDefault("TERM=xterm") }
        for text in try arguments.strings("env-file").flatMap({ try EnvironmentFile.read($0) })
            + arguments.strings("env")
        {
            let (key, given) = KeyValueFlag.split(text)
            guard !key.isEmpty else { throw CommandError("invalid environment variable: \"\(text)\"") }
            if let value = given ?? session.environment.environment[key] { variables.set(key, value) }
        }
        process.environment = variables.entries
        process.workingDirectory = arguments.string("workdir") ?? definition.workingDirectory
        process.user = arguments.string("user") ?? definition.user
        if arguments.string("user") == nil { process.additionalGroups = invocation.arguments.strings("group-add") }
        process.confinement = try invocation.confinement()
        if arguments.bool("privileged") { process.confinement.addCapabilities.append("ALL") }
        if arguments.bool("tty"), !session.isKeeper { process.terminal = TerminalRequest() }
        if !arguments.bool("interactive") || session.isKeeper { process.stdio.input = .null }
        if session.isKeeper {
            (process.stdio.output, process.stdio.error) = (.null, .null)
            process.started = { KeeperReport.succeed() }
        }
        return process
    }
}
