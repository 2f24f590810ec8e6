extension CommandGrammar {
    /// Parses the arguments after the program's name against the grammar with this command as root.
    ///
    /// `environment` is read only for flags that name an environment variable, `configured` only for the help: the
    /// configured defaults of flags by their names.
    package func parse(
        _ arguments: [String], environment: [String: String] = [:],
        configured: @escaping () -> [String: String] = { [:] }
    ) throws(UsageError) -> ParsedArguments {
        var scanner = ArgumentScanner(
            self, arguments: arguments, environment: environment, configured: configured)
        try scanner.scan()
        return scanner.result
    }

    /// Errors in the grammar itself, for a unit test: names, aliases or letters that are declared twice.
    package func inconsistencies(inherited: [Flag] = []) -> [String] {
        var problems: [String] = []
        func unique(_ names: [String], _ what: String) {
            var seen: Set<String> = []
            for name in names where !seen.insert(name).inserted {
                problems.append("\(self.name): \(what) \(name) declared twice")
            }
        }
        let all = inherited + persistentFlags + flags
        unique(all.flatMap { [$0.name] + $0.aliases }, "flag")
        unique(all.compactMap { $0.short.map(String.init) }, "shorthand")
        unique(subcommands.flatMap { [$0.name] + $0.aliases }, "command")
        for command in subcommands {
            problems += command.inconsistencies(inherited: inherited + persistentFlags).map { "\(name) \($0)" }
        }
        return problems
    }
}
