/// A command of the command line, described as data: its flags, its arguments, its subcommands.
///
/// The root of the tree is the program itself. Parsing and help behave as spf13/cobra's.
package struct CommandGrammar: Sendable {
    /// As it is typed.
    package var name: String
    /// Other names of the command. The first help line shows them.
    package var aliases: [String]
    /// One line for the parent's list of commands.
    package var summary: String
    /// Longer text at the top of the command's own help; `summary` if empty.
    package var details: String
    /// The usage line, starting with the command's own name: `build [options] CONTEXT`. The parents' names are put
    /// before it.
    package var usage: String
    /// Example command lines, without the indentation.
    package var examples: [String]
    /// Flags of this command alone. Put together when they are asked for: of a tool's many commands each call uses one.
    package var flags: [Flag] { makeFlags() }
    private let makeFlags: @Sendable () -> [Flag]
    /// Flags of this command and of all commands below it, accepted before and after a subcommand's name.
    package var persistentFlags: [Flag]
    /// False: flags stop at the first positional argument, and all that follows is kept verbatim, `--` included.
    package var interspersed: Bool
    /// In Buildah's manner, flags stop at the first positional argument, and what looks like one behind it is an error.
    package var flagsFirst = false
    /// How many positional arguments it takes.
    package var arguments: ArgumentCount
    /// The commands below it.
    package var subcommands: [CommandGrammar]
    /// A command with subcommands that also does something by itself. Without subcommands it has no effect.
    package var runsAlone: Bool
    /// Left out of the parent's list and of suggestions.
    package var hidden: Bool
    /// Whose manners the parser and the help have. Those of the root count.
    package var manner = GrammarStyle.podman
    /// Set: the command is known to this field's users but not supported; calling it is an error with this reason.
    package var refusal: String?

    /// Whose manners the parser and the help have.
    package enum GrammarStyle: Sendable {
        /// Flags anywhere; the help says `Options:` and shows the flags of all commands below each command's own.
        case podman
        /// Flags before arguments; the help says `Flags:` and shows each command's own alone.
        case buildah
    }

    /// Describes a command; everything but the name has a useful default.
    package init(
        _ name: String, aliases: [String] = [], summary: String = "", details: String = "", usage: String? = nil,
        examples: [String] = [], flags: @escaping @autoclosure @Sendable () -> [Flag] = [],
        persistentFlags: [Flag] = [], interspersed: Bool = true,
        flagsFirst: Bool = false, arguments: ArgumentCount = .any, subcommands: [CommandGrammar] = [],
        runsAlone: Bool = false,
        hidden: Bool = false, refusal: String? = nil, manner: GrammarStyle = .podman
    ) {
        self.name = name
        self.aliases = aliases
        self.summary = summary
        self.details = details
        self.usage = usage ?? (flags().isEmpty ? name : "\(name) [options]")
        self.examples = examples
        makeFlags = flags
        self.persistentFlags = persistentFlags
        self.interspersed = interspersed
        self.flagsFirst = flagsFirst
        self.arguments = arguments
        self.subcommands = subcommands
        self.runsAlone = runsAlone
        self.hidden = hidden
        self.refusal = refusal
        self.manner = manner
    }

    /// A command that is refused by name, with the reason; not shown in the help.
    package static func refused(_ name: String, aliases: [String] = [], _ reason: String) -> CommandGrammar {
        CommandGrammar(name, aliases: aliases, hidden: true, refusal: reason)
    }

    /// The subcommand of that name or alias.
    package func subcommand(_ name: String) -> CommandGrammar? {
        subcommands.first { $0.name == name } ?? subcommands.first { $0.aliases.contains(name) }
    }

    /// Whether calling it without a subcommand can only show its help.
    var isGroup: Bool { !subcommands.isEmpty && !runsAlone }
}
