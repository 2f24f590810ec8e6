import CommandLineGrammar

/// A node in a tool's tree of commands.
enum CommandNode {
    /// A command, under another name if the tool calls it differently.
    case command(any Command.Type, as: String? = nil, aliases: [String] = [])
    /// Commands below a group (`container run`), which does nothing by itself; `flags` are accepted before and after
    /// the commands' own names.
    case group(String, aliases: [String] = [], summary: String, flags: [Flag] = [], [CommandNode])
    /// A command that the tool's users know and that is rejected by name.
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

    /// The command at a path of names with aliases resolved.
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
