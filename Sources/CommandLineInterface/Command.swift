import CommandLineGrammar

/// One command: its grammar as data, and what it does with parsed arguments.
protocol Command {
    static var grammar: CommandGrammar { get }
    /// - Returns: the exit code.
    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32
}

/// Commands under a common name (`container run`), which do nothing by itself.
struct CommandGroup {
    let name: String
    let summary: String
    let commands: [any Command.Type]

    var grammar: CommandGrammar {
        CommandGrammar(name, summary: summary, usage: "\(name) [command]", subcommands: commands.map { $0.grammar })
    }
}
