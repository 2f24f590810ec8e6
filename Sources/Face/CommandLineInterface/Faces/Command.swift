import CommandLineGrammar

/// A command: its grammar as data, and its action.
protocol Command {
    static var grammar: CommandGrammar { get }
    /// - Returns: the exit code.
    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32
}
