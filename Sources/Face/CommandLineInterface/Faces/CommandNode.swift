import CommandLineGrammar

/// A place in a tool's tree of commands.
enum CommandNode {
    /// A command, under another name where the tool calls it so.
    case command(any Command.Type, as: String? = nil, aliases: [String] = [])
    /// Commands under a common name (`container run`), which does nothing by itself; `flags` stand before and after
    /// the commands' own names.
    case group(String, aliases: [String] = [], summary: String, flags: [Flag] = [], [CommandNode])
    /// A command that the tool's users know and that is refused by name.
    case refused(String, String)

    var grammar: CommandGrammar {
        switch self {
        case .command(let command, let name, let aliases):
            guard let name else { return command.grammar }
            return command.grammar.renamed(name, aliases: aliases)
        case .group(let name, let aliases, let summary, let flags, let nodes):
            return CommandGrammar(
                name, aliases: aliases, summary: summary, usage: "\(name) [command]", persistentFlags: flags,
                subcommands: nodes.map(\.grammar))
        case .refused(let name, let reason):
            return .refused(name, reason)
        }
    }

    /// The command that a path of names, aliases resolved, leads to from here.
    static func command(at path: ArraySlice<String>, in nodes: [CommandNode]) -> (any Command.Type)? {
        guard let name = path.first, let node = nodes.first(where: { $0.grammar.name == name }) else { return nil }
        switch node {
        case .command(let command, _, _): return path.count == 1 ? command : nil
        case .group(_, _, _, _, let below): return Self.command(at: path.dropFirst(), in: below)
        case .refused: return nil
        }
    }
}

extension CommandGrammar {
    /// The same command under another name, which its usage line shows too.
    fileprivate func renamed(_ name: String, aliases: [String]) -> CommandGrammar {
        var renamed = self
        renamed.usage = name + usage.dropFirst(self.name.count)
        renamed.name = name
        renamed.aliases = aliases
        return renamed
    }
}
