import CommandLineGrammar
import ContainerLifecycle
import ContainerStore

/// `container stop`: sends running containers their stop signal, and kills them after a timeout.
enum ContainerStopCommand: Command {
    static let grammar = CommandGrammar(
        "stop", summary: "Stop one or more containers", usage: "stop [options] CONTAINER [CONTAINER...]",
        flags: [
            ContainerTargets.all, ContainerTargets.cidfile, ContainerTargets.latest,
            .bool("ignore", short: "i", help: "ignore errors when a specified container is missing"),
            Flag("filter", short: "f", .stringArray, help: "filter output based on conditions given"),
            Flag(
                "time", short: "t", .int, aliases: ["timeout"],
                help: "seconds to wait for stop before killing the container"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        let seconds = arguments.wasSet("time") ? arguments.int("time").map { Int64(clamping: $0) } : nil
        let names = try ContainerTargets.names(arguments, in: store)
        var index = 0
        return ContainerTargets.forEach(names, ignoresMissing: arguments.bool("ignore"), store, session) { container in
            try container.stop(after: seconds, in: store)
            session.printLine(ContainerTargets.echo(names[index], container.id, arguments))
            index += 1
        }
    }
}

/// `container kill`: sends a signal to running containers.
enum ContainerKillCommand: Command {
    static let grammar = CommandGrammar(
        "kill", summary: "Kill one or more running containers with a specific signal",
        usage: "kill [options] CONTAINER [CONTAINER...]",
        flags: [
            ContainerTargets.all, ContainerTargets.cidfile, ContainerTargets.latest,
            .string("signal", short: "s", default: "KILL", help: "signal to send to the container"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let number = try SignalNumber.parse(arguments.string("signal") ?? "KILL")
        let store = try session.openStore()
        let names = try ContainerTargets.names(arguments, in: store)
        return ContainerTargets.forEach(names, store, session) { container in
            if arguments.bool("all"), !container.isRunning { return }
            try container.signal(number)
            session.printLine(arguments.positionals.first { $0 == container.name } ?? container.id)
        }
    }
}

/// `container wait`: waits until containers have exited, and prints their exit codes.
enum ContainerWaitCommand: Command {
    static let grammar = CommandGrammar(
        "wait", summary: "Block on one or more containers", usage: "wait [options] CONTAINER [CONTAINER...]",
        flags: [
            ContainerTargets.latest,
            .string("interval", short: "i", default: "250ms", help: "polling interval (accepted and ignored)"),
            Flag(
                "condition", .stringSlice,
                help: "condition to wait on: configured, created, exited, paused, running, stopped, removing, stopping"),
            .bool("ignore", help: "report the exit code -1 for missing containers"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let states = [
            "configured", "created", "exited", "paused", "running", "stopped", "removing", "stopping", "initialized",
        ]
        let conditions = Set(arguments.strings("condition").map { $0.lowercased() })
        for condition in conditions where !states.contains(condition) {
            throw CommandError(
                condition == "healthy" || condition == "unhealthy"
                    ? "--condition \(condition) is not supported: wait for health with healthcheck run"
                    : "unknown container state: \"\(condition)\": invalid argument")
        }
        let store = try session.openStore()
        let names = try ContainerTargets.names(arguments, in: store)
        return ContainerTargets.forEach(names, ignoresMissing: false, store, session) { container in
            let code = try container.wait(for: conditions, in: store)
            session.printLine("\(code)")
        } onMissing: {
            guard arguments.bool("ignore") else { return false }
            session.printLine("-1")
            return true
        }
    }
}

/// `container exists`: reports in the exit code whether a container exists.
enum ContainerExistsCommand: Command {
    static let grammar = CommandGrammar(
        "exists", summary: "Check if a container exists in local storage", usage: "exists [options] CONTAINER",
        flags: [.bool("external", help: "also check containers of other tools in the store")],
        arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        guard let record = try store.container(arguments.positionals[0]) else { return 1 }
        if arguments.bool("external") { return 0 }
        return try ManagedContainer(record, in: store) == nil ? 1 : 0
    }
}

/// `container rename`.
enum ContainerRenameCommand: Command {
    static let grammar = CommandGrammar(
        "rename", summary: "Rename an existing container", usage: "rename CONTAINER NAME", arguments: .exactly(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        try ContainerNaming.check(arguments.positionals[1])
        let store = try session.openStore()
        var container = try ManagedContainer(arguments.positionals[0], in: store)
        try container.rename(to: arguments.positionals[1], in: store)
        return 0
    }
}
