extension CommandGrammar {
    /// The help text in cobra's format, ending with a newline.
    ///
    /// `path` is the full name of the command, `inherited` the persistent flags from the root down to it.
    func helpText(
        path: [String], inherited: [Flag], style: GrammarStyle = .podman, configured: [String: String] = [:]
    ) -> String {
        let name = path.joined(separator: " ")
        var text = (details.isEmpty ? summary : details) + "\n\nUsage:\n"
        text += usageLines(path, style)
        if !aliases.isEmpty { text += "\nAliases:\n  \(([self.name] + aliases).joined(separator: ", "))\n" }
        if !examples.isEmpty { text += "\nExamples:\n" + examples.map { "  \($0)\n" }.joined() }
        text += availableCommands(isRoot: path.count == 1)
        let ownNames = Set((flags + persistentFlags).map(\.name))
        let isLetterTaken = (flags + persistentFlags + inherited).contains { $0.short == "h" }
        let help = Flag.bool("help", short: isLetterTaken ? nil : "h", help: "help for \(self.name)")
        let own = flags + persistentFlags + (ownNames.contains("help") ? [] : [help])
        text += "\n\(style == .buildah ? "Flags" : "Options"):\n" + Self.flagTable(own, configured)
        let global = inherited.filter { !ownNames.contains($0.name) && !$0.hidden }
        if !global.isEmpty, style == .podman { text += "\nGlobal Options:\n" + Self.flagTable(global, configured) }
        if !subcommands.isEmpty {
            text += "\nUse \"\(name) [command] --help\" for more information about a command.\n"
        }
        return text
    }

    private func usageLines(_ path: [String], _ style: GrammarStyle) -> String {
        let name = path.joined(separator: " ")
        switch style {
        case .buildah:
            // Buildah's usage lines name no arguments; a group has a usage line of its own only at the root.
            if isGroup, path.count > 1 { return "  \(name) [command]\n" }
            return "  \(name) [flags]\n" + (isGroup ? "  \(name) [command]\n" : "")
        case .podman:
            if isGroup { return "  \(name) [options] [command]\n" }
            let own = "  " + (path.dropLast() + [usage]).joined(separator: " ") + "\n"
            return own + (runsAlone ? "  \(name) [command]\n" : "")
        }
    }

    private func availableCommands(isRoot: Bool) -> String {
        var listed = subcommands.filter { !$0.hidden }
        guard !listed.isEmpty else { return "" }
        if isRoot, subcommand("help") == nil {
            listed.append(CommandGrammar("help", summary: "Help about any command"))
        }
        listed.sort { $0.name < $1.name }
        let width = max(listed.map(\.name.count).max() ?? 0, 11)
        return "\nAvailable Commands:\n"
            + listed.map { "  \($0.name.padded(to: width)) \($0.summary)\n" }.joined()
    }

    /// pflag's table of flags, sorted by name.
    private static func flagTable(_ flags: [Flag], _ configured: [String: String]) -> String {
        let rows = flags.filter { !$0.hidden }.sorted { $0.name < $1.name }.map { flag in
            (flag.helpHead, flag.helpTail(configured[flag.name]))
        }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { head, tail in
            tail.isEmpty ? "\(head)\n" : "\(head.padded(to: width))   \(tail)\n"
        }.joined()
    }
}

extension Flag {
    fileprivate var helpHead: String {
        let spelling = short.map { "  -\($0), --\(name)" } ?? "      --\(name)"
        let value =
            switch kind {
            case .bool, .refused: ""
            case .string: " " + (placeholder ?? "string")
            case .int: " " + (placeholder ?? "int")
            case .stringArray: " " + (placeholder ?? "stringArray")
            case .stringSlice: " " + (placeholder ?? "strings")
            case .optionalString(let noOptDefault): " \(placeholder ?? "string")[=\(noOptDefault.goQuoted)]"
            }
        return spelling + value
    }

    /// - Parameter configured: the default that replaces the flag's own.
    fileprivate func helpTail(_ configured: String?) -> String {
        let defaultValue = configured ?? defaultValue
        switch kind {
        case .bool(default: true): return help + " (default true)"
        case .string, .optionalString:
            guard let defaultValue, !defaultValue.isEmpty else { return help }
            return help + " (default \(defaultValue.goQuoted))"
        case .int:
            guard let defaultValue, defaultValue != "0" else { return help }
            return help + " (default \(defaultValue))"
        default: return help
        }
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// In double quotes with Go's escapes (the %q verb), so that control characters cannot affect the terminal.
    package var goQuoted: String {
        var quoted = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let hex = String(scalar.value, radix: 16)
                quoted += "\\x" + (hex.count < 2 ? "0" : "") + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
