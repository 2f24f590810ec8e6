import CommandLineGrammar

extension Face {
    /// `network ...`: every container has a network of its own, and none is kept.
    static var networkGroup: CommandNode {
        let reason = "each container has its own network: use --network and --publish of run"
        return .group(
            "network", summary: "List networks",
            [.command(NetworkListCommand.self), .command(NetworkExistsCommand.self)]
                + ["connect", "create", "disconnect", "inspect", "prune", "reload", "rm", "update"].map {
                    .refused($0, reason)
                })
    }
}

/// `network ls`: there are none.
enum NetworkListCommand: Command {
    static let grammar = CommandGrammar(
        "ls", aliases: ["list"], summary: "List networks", usage: "ls [options]",
        flags: [
            Flag("filter", short: "f", .stringArray, help: "provide filter values (e.g. 'name=podman')"),
            .string("format", help: "pretty-print networks to JSON or using a Go template"),
            .bool("noheading", short: "n", help: "do not print headers"),
            .bool("no-trunc", help: "do not truncate the network ID"),
            .bool("quiet", short: "q", help: "display only names"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        if arguments.string("format") == "json" {
            session.printLine("[]")
        } else if !arguments.bool("quiet"), !arguments.bool("noheading"), arguments.string("format") == nil {
            session.printLine("NETWORK ID  NAME        DRIVER")
        }
        return 0
    }
}

/// `network exists`: none does.
enum NetworkExistsCommand: Command {
    static let grammar = CommandGrammar(
        "exists", summary: "Check if network exists", usage: "exists NETWORK", arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 { 1 }
}

/// `system migrate`: there is no database of containers that a new version would have to change.
enum SystemMigrateCommand: Command {
    static let grammar = CommandGrammar(
        "migrate", summary: "Migrate containers: there is nothing to do", usage: "migrate [options]",
        flags: [.refused("new-runtime", "the runtime is chosen when a container starts")], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 { 0 }
}
