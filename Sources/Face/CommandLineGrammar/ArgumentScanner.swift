/// Scans the flags and positional arguments of one command line from left to right.
struct ArgumentScanner {
    private let style: CommandGrammar.GrammarStyle
    private var remaining: ArraySlice<String>
    private let environment: [String: String]
    private(set) var result: ParsedArguments
    private var longFlags: [String: Flag] = [:]
    private var shortFlags: [Character: Flag] = [:]
    /// In Buildah's style: flags before a subcommand that only it may know, with their values.
    private var postponed: [String] = []
    /// Persistent flags that also apply to the subcommands.
    private var inherited: [Flag] = []

    /// Configured defaults of flags, for the help.
    private let configured: () -> [String: String]

    init(
        _ root: CommandGrammar, arguments: [String], environment: [String: String],
        configured: @escaping () -> [String: String] = { [:] }
    ) {
        self.configured = configured
        style = root.style
        remaining = arguments[...]
        self.environment = environment
        result = ParsedArguments(command: root, commandPath: [root.name])
        declare(root)
    }

    /// Scans and validates everything.
    mutating func scan() throws(UsageError) {
        while let argument = remaining.popFirst() {
            if argument == "--" {
                result.countBeforeDoubleDash = result.positionals.count
                result.positionals += remaining
                break
            } else if argument.hasPrefix("--") {
                try longFlag(argument)
            } else if argument.hasPrefix("-"), argument.utf8.count > 1 {
                try shortFlags(argument.dropFirst())
            } else if result.positionals.isEmpty, !result.command.subcommands.isEmpty, try enter(argument) {
                continue
            } else {
                result.positionals.append(argument)
                let isStrict = result.command.flagsFirst && style == .buildah
                if isStrict || !result.command.interspersed {
                    if isStrict, let late = remaining.first(where: { $0.hasPrefix("-") }) {
                        throw error(
                            .badSyntax, "no options (\(late)) can be specified after the image or container name")
                    }
                    result.positionals += remaining
                    break
                }
            }
        }
        try finish()
    }

    /// Makes `command` the current one: its own flags replace the parent's, persistent ones are kept.
    private mutating func declare(_ command: CommandGrammar) {
        inherited += command.persistentFlags
        longFlags = [:]
        shortFlags = [:]
        let help = Flag.bool("help", short: "h", help: "help for \(command.name)")
        let flags = [help] + inherited + command.flags
        for flag in flags {
            // A command may define -h or --help itself; an inner flag hides an outer one.
            longFlags[flag.name] = flag
            for alias in flag.aliases { longFlags[alias] = flag }
            if let short = flag.short { shortFlags[short] = flag }
        }
        for flag in flags { result.flags[flag.name] = flag }
    }

    /// Enters the subcommand `name`. False if it is an argument of the current command instead.
    private mutating func enter(_ name: String) throws(UsageError) -> Bool {
        if let next = result.command.subcommand(name) {
            if let reason = next.refusal {
                throw error(
                    .unsupported,
                    "\(result.commandPath.joined(separator: " ")) \(next.name) is not supported: \(reason)")
            }
            result.command = next
            result.commandPath.append(next.name)
            declare(next)
            if next.subcommands.isEmpty {
                remaining = (postponed + remaining)[...]
                postponed = []
            }
            return true
        }
        if name == "help" { return helpCommand() }
        guard result.command.isGroup else { return false }
        throw unknownCommand(name)
    }

    private func unknownCommand(_ name: String) -> UsageError {
        UsageError(
            .unknownCommand,
            "unknown command \(name.goQuoted) for \(result.commandPath.joined(separator: " ").goQuoted)",
            commandPath: result.commandPath, suggestions: result.command.suggestions(for: name))
    }

    /// `help a b` shows the help of `a b`; only command names are accepted after it.
    private mutating func helpCommand() -> Bool {
        result.wantsHelp = true
        while let topic = remaining.first, let next = result.command.subcommand(topic) {
            remaining = remaining.dropFirst()
            result.command = next
            result.commandPath.append(next.name)
            declare(next)
        }
        return true
    }

    private mutating func longFlag(_ argument: String) throws(UsageError) {
        let body = argument.dropFirst(2)
        guard let first = body.first, first != "-", first != "=" else {
            throw error(.badSyntax, "bad flag syntax: \(argument)")
        }
        let equals = body.firstIndex(of: "=")
        let name = String(body[..<(equals ?? body.endIndex)])
        guard let flag = longFlags[name] else {
            guard style == .buildah, !result.command.subcommands.isEmpty, result.positionals.isEmpty else {
                let hint = CommandGrammar.hint(for: name, among: longFlags.values)
                throw error(.unknownFlag, "unknown flag: --\(name)\(hint)")
            }
            // Without a value of its own, it is assumed to have the next argument as its value, as by cobra.
            postponed.append(argument)
            if equals == nil, let next = remaining.popFirst() { postponed.append(next) }
            return
        }
        if let equals {
            try store(String(body[body.index(after: equals)...]), for: flag)
        } else if let implied = flag.valueWithoutArgument {
            try store(implied, for: flag)
        } else if let next = remaining.popFirst() {
            try store(next, for: flag)
        } else {
            throw error(.missingValue, "flag needs an argument: --\(name)")
        }
    }

    /// A group of short flags like `-it` or `-fFILE`, without its dash.
    private mutating func shortFlags(_ cluster: Substring) throws(UsageError) {
        var cluster = cluster
        while let letter = cluster.first {
            guard let flag = shortFlags[letter] else {
                throw error(.unknownFlag, "unknown shorthand flag: '\(letter)' in -\(cluster)")
            }
            let rest = cluster.dropFirst()
            if rest.first == "=", rest.count > 1 {
                return try store(String(rest.dropFirst()), for: flag)
            } else if let implied = flag.valueWithoutArgument {
                try store(implied, for: flag)
                cluster = rest
            } else if !rest.isEmpty {
                return try store(String(rest), for: flag)
            } else if let next = remaining.popFirst() {
                return try store(next, for: flag)
            } else {
                throw error(.missingValue, "flag needs an argument: '\(letter)' in -\(cluster)")
            }
        }
    }

    private mutating func store(_ value: String, for flag: Flag) throws(UsageError) {
        if case .refused(let reason) = flag.kind {
            throw error(.unsupported, "\(flag.displayName) is not supported: \(reason)")
        }
        if flag.name == "help", longFlags["help"]?.kind == .bool(default: false) {
            result.wantsHelp = GoLiteral.bool(value) ?? true
        }
        let values = try check(value, of: flag, called: "\(flag.displayName.goQuoted) flag")
        switch flag.kind {
        case .stringArray, .stringSlice: result.given[flag.name, default: []] += values
        default: result.given[flag.name] = values
        }
    }

    /// The values in `text`; throws if it is invalid for the flag's kind.
    private func check(_ text: String, of flag: Flag, called name: String) throws(UsageError) -> [String] {
        func invalid(_ why: String) -> UsageError {
            error(.invalidValue, "invalid argument \(text.goQuoted) for \(name): \(why)")
        }
        switch flag.kind {
        case .bool:
            guard GoLiteral.bool(text) != nil else {
                throw invalid("strconv.ParseBool: parsing \(text.goQuoted): invalid syntax")
            }
        case .int:
            if case .failure(let problem) = GoLiteral.int(text) {
                throw invalid("strconv.ParseInt: parsing \(text.goQuoted): \(problem.rawValue)")
            }
        case .stringSlice:
            do { return try CSVRecord.fields(text) } catch { throw invalid(error.message) }
        case .string, .stringArray, .optionalString, .refused: break
        }
        return [text]
    }

    private mutating func finish() throws(UsageError) {
        if let flag = postponed.first {
            throw error(.unknownFlag, "unknown flag: \(flag.prefix { $0 != "=" })")
        }
        if result.wantsHelp || (result.command.isGroup && result.positionals.isEmpty) {
            result.wantsHelp = true
            result.helpText = result.command.helpText(
                path: result.commandPath, inherited: inherited, style: style, configured: configured())
            return
        }
        for flag in result.flags.values where result.given[flag.name] == nil {
            guard let variable = flag.environmentDefault, let raw = environment[variable], !raw.isEmpty else {
                continue
            }
            let value = if case .bool = flag.kind { raw.lowercased() } else { raw }
            result.fromEnvironment[flag.name] = try check(value, of: flag, called: "environment variable \(variable)")
        }
        if let complaint = result.command.arguments.complaint(received: result.positionals.count) {
            if result.command.arguments == .none, let first = result.positionals.first { throw unknownCommand(first) }
            throw error(.wrongArgumentCount, complaint)
        }
    }

    private func error(_ code: UsageError.Code, _ message: String) -> UsageError {
        UsageError(code, message, commandPath: result.commandPath)
    }
}
