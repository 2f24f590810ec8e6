/// A parsed command line that conforms to the grammar.
///
/// The getters take long flag names. Requesting a flag that the command does not declare is a programming error: it
/// traps in a debug build, and reads as "not set" in a release build.
package struct ParsedArguments: Sendable {
    /// The command that was called.
    package internal(set) var command: CommandGrammar
    /// Its full name, aliases resolved: `["swiftlet", "manifest", "add"]`.
    package internal(set) var commandPath: [String]
    /// `--help` or the `help` command was used, or a group was called without a subcommand.
    package internal(set) var wantsHelp = false
    /// The text to show if `wantsHelp`.
    package internal(set) var helpText = ""
    /// Everything that is not a flag.
    package internal(set) var positionals: [String] = []
    /// The number of positional arguments before `--`; nil if there was no `--`.
    package internal(set) var countBeforeDoubleDash: Int?

    var flags: [String: Flag] = [:]
    var given: [String: [String]] = [:]
    var fromEnvironment: [String: [String]] = [:]

    init(command: CommandGrammar, commandPath: [String]) {
        self.command = command
        self.commandPath = commandPath
    }

    /// The positional arguments before `--` (all of them without `--`).
    package var positionalsBeforeDoubleDash: ArraySlice<String> {
        positionals.prefix(countBeforeDoubleDash ?? positionals.count)
    }

    /// The positional arguments after `--`; empty without `--`.
    package var positionalsAfterDoubleDash: ArraySlice<String> {
        positionals.dropFirst(countBeforeDoubleDash ?? positionals.count)
    }

    /// Takes away everything that is not a flag, for commands whose flags select what names otherwise do.
    package mutating func removePositionals() {
        positionals = []
        countBeforeDoubleDash = nil
    }

    /// Whether the command has a flag of that name.
    package func declares(_ name: String) -> Bool { flags[name] != nil }

    /// Whether the flag was on the command line, with any value.
    package func wasSet(_ name: String) -> Bool {
        assert(declares(name), "no flag --\(name) in \(commandPath)")
        return given[name] != nil
    }

    /// Whether the value comes from the flag's environment variable.
    package func isFromEnvironment(_ name: String) -> Bool {
        given[name] == nil && fromEnvironment[name] != nil
    }

    /// The value of a boolean flag.
    package func bool(_ name: String) -> Bool {
        if let value = lastValue(name) { return GoLiteral.bool(value) ?? false }
        if case .bool(let defaultValue) = flags[name]?.kind { return defaultValue }
        return false
    }

    /// The value of a boolean flag, or nil if neither the command line nor the environment sets it.
    package func boolIfGiven(_ name: String) -> Bool? {
        lastValue(name).flatMap(GoLiteral.bool)
    }

    /// The last value, otherwise the flag's default value, otherwise nil.
    package func string(_ name: String) -> String? {
        lastValue(name) ?? flags[name]?.defaultValue
    }

    /// Like `string`, as a number.
    package func int(_ name: String) -> Int? {
        string(name).flatMap { try? GoLiteral.int($0).get() }
    }

    /// All values of a repeatable flag in order; for a flag with one value, that value if set.
    package func strings(_ name: String) -> [String] {
        assert(declares(name), "no flag --\(name) in \(commandPath)")
        return given[name] ?? fromEnvironment[name] ?? flags[name]?.defaultValue.map { [$0] } ?? []
    }

    private func lastValue(_ name: String) -> String? {
        assert(declares(name), "no flag --\(name) in \(commandPath)")
        return (given[name] ?? fromEnvironment[name])?.last
    }
}
