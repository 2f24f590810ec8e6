import CommandLineGrammar

/// One command: its grammar as data, and what it does with parsed arguments.
protocol Command {
    static var grammar: CommandGrammar { get }
    /// - Returns: the exit code.
    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32
}
