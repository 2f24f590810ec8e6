/// A command of the command line, described as data: its flags, arguments and subcommands.
///
/// The root of the tree is the program itself. Parsing and help behave like spf13/cobra's.
package struct CommandGrammar: Sendable {
    /// The name as typed.
    package var name: String
    /// Alternative names. The first help line lists them.
    package var aliases: [String]
    /// One line for the parent's list of commands.
    package var summary: String
    /// Longer text at the top of the command's own help; `summary` if empty.
    package var details: String
    /// The usage line, starting with the command's own name: `build [options] CONTEXT`. The parents' names are
    /// prepended.
    package var usage: String
    /// Example command lines, without the indentation.
    package var examples: [String]
    /// Flags of this command only. Created on demand: each invocation uses one of many commands.
    package var flags: [Flag] { makeFlags() }
    private let makeFlags: @Sendable () -> [Flag]
    /// Flags of this command and its subcommands, accepted before and after a subcommand's name.
    package var persistentFlags: [Flag]
    /// False: flags end at the first positional argument, and everything after it is kept verbatim, including `--`.
    package var interspersed: Bool
    /// Buildah's behaviour: flags end at the first positional argument, and a later one is an error.
    package var flagsFirst = false
    /// The number of positional arguments.
    package var arguments: ArgumentCount
    /// The subcommands.
    package var subcommands: [CommandGrammar]
    /// Whether a command with subcommands can be run without one. No effect without subcommands.
    package var runsAlone: Bool
    /// Hidden from the parent's list and from suggestions.
    package var hidden: Bool
    /// The style of the parser and the help. Only the root's is used.
    package var style = GrammarStyle.podman
    /// If set, the command is known from other tools but not supported; calling it is an error with this reason.
    package var refusal: String?

    /// The conventions of the parser and the help.
    package enum GrammarStyle: Sendable {
        /// Flags anywhere; the help says `Options:` and lists persistent flags below each command's own.
        case podman
        /// Flags before arguments; the help says `Flags:` and lists only each command's own.
        case buildah
    }

    /// Describes a command; everything except the name has a default.
    package init(
        _ name: String, aliases: [String] = [], summary: String = "", details: String = "", usage: String? = nil,
        examples: [String] = [], flags: @escaping @autoclosure @Sendable () -> [Flag] = [],
        persistentFlags: [Flag] = [], interspersed: Bool = true,
        flagsFirst: Bool = false, arguments: ArgumentCount = .any, subcommands: [CommandGrammar] = [],
        runsAlone: Bool = false,
        hidden: Bool = false, refusal: String? = nil, style: GrammarStyle = .podman
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
        self.style = style
    }

    /// A command that is rejected by name, with the reason; not shown in the help.
    package static func refused(_ name: String, aliases: [String] = [], _ reason: String) -> CommandGrammar {
        CommandGrammar(name, aliases: aliases, hidden: true, refusal: reason)
    }

    /// The subcommand with that name or alias.
    package func subcommand(_ name: String) -> CommandGrammar? {
        subcommands.first { $0.name == name } ?? subcommands.first { $0.aliases.contains(name) }
    }

    /// Whether calling it without a subcommand only shows its help.
    var isGroup: Bool { !subcommands.isEmpty && !runsAlone }
}
