/// What a command line says, once it is known to follow the grammar.
///
/// The getters take long flag names. Asking for a flag that the command does not declare is a mistake of the
/// programmer: it stops a debug build, and reads as "not given" in a release build.
package struct ParsedArguments: Sendable {
    /// The command that was called.
    package internal(set) var command: CommandGrammar
    /// Its full name, aliases resolved: `["swiftlet", "manifest", "add"]`.
    package internal(set) var commandPath: [String]
    /// `--help` or the `help` command was used, or a command that only groups others was called without one.
    package internal(set) var wantsHelp = false
    /// The text to show if `wantsHelp`.
    package internal(set) var helpText = ""
    /// Everything that is not a flag.
    package internal(set) var positionals: [String] = []
    /// How many positional arguments stood before `--`; nil if there was no `--`.
    package internal(set) var countBeforeDoubleDash: Int?

    var flags: [String: Flag] = [:]
    var given: [String: [String]] = [:]
    var fromEnvironment: [String: [String]] = [:]

    init(command: CommandGrammar, commandPath: [String]) {
        self.command = command
        self.commandPath = commandPath
    }

    /// The positional arguments before `--` (all of them if there was none).
    package var positionalsBeforeDoubleDash: ArraySlice<String> {
        positionals.prefix(countBeforeDoubleDash ?? positionals.count)
    }

    /// The positional arguments after `--`; empty if there was none.
    package var positionalsAfterDoubleDash: ArraySlice<String> {
        positionals.dropFirst(countBeforeDoubleDash ?? positionals.count)
    }

    /// Whether the command has a flag of that name.
    package func declares(_ name: String) -> Bool { flags[name] != nil }

    /// Whether the flag was on the command line, with whatever value.
    package func wasSet(_ name: String) -> Bool {
        assert(declares(name), "no flag --\(name) in \(commandPath)")
        return given[name] != nil
    }

    /// Whether the value comes from the environment variable of the flag.
    package func isFromEnvironment(_ name: String) -> Bool {
        given[name] == nil && fromEnvironment[name] != nil
    }

    /// The value of a switch.
    package func bool(_ name: String) -> Bool {
        if let value = lastValue(name) { return GoLiteral.bool(value) ?? false }
        if case .bool(let defaultValue) = flags[name]?.kind { return defaultValue }
        return false
    }

    /// The value of a switch, or nil if neither the command line nor the environment say anything.
    package func boolIfGiven(_ name: String) -> Bool? {
        lastValue(name).flatMap(GoLiteral.bool)
    }

    /// The last value given, else the flag's default value, else nil.
    package func string(_ name: String) -> String? {
        lastValue(name) ?? flags[name]?.defaultValue
    }

    /// As `string`, as a number.
    package func int(_ name: String) -> Int? {
        string(name).flatMap { try? GoLiteral.int($0).get() }
    }

    /// All values of a repeatable flag in the order given; for a flag with one value, that value if there is one.
    package func strings(_ name: String) -> [String] {
        assert(declares(name), "no flag --\(name) in \(commandPath)")
        return given[name] ?? fromEnvironment[name] ?? flags[name]?.defaultValue.map { [$0] } ?? []
    }

    private func lastValue(_ name: String) -> String? {
        assert(declares(name), "no flag --\(name) in \(commandPath)")
        return (given[name] ?? fromEnvironment[name])?.last
    }
}
