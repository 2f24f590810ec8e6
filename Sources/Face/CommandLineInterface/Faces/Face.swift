import CommandLineGrammar

/// The personality of the tool: the commands and flags for the name it was called by.
struct Face {
    /// The name in usage lines and `Session.calledAs`.
    let name: String
    let summary: String
    /// Global flags. `GlobalFlags` reads those it knows.
    let flags: [Flag]
    let commands: [CommandNode]
    /// The exit code for the tool's own failures.
    var failureCode = ErrorReport.ownFailure
    var style = CommandGrammar.GrammarStyle.podman

    /// The face for the last component of `argv[0]`; swiftlet's own for any other name.
    static func named(_ name: String) -> Face {
        switch name {
        case "buildah": .buildah
        case "podman": .podman
        case "skopeo": .skopeo
        default: .swiftlet
        }
    }

    var grammar: CommandGrammar {
        CommandGrammar(
            name, summary: summary, usage: "\(name) [command]", persistentFlags: flags,
            subcommands: commands.map(\.grammar), style: style)
    }

    /// Additional text in the output of `--version`.
    var versionNote: String {
        if name == "podman" { return " (swiftlet \(Swiftlet.version))" }
        return name == "buildah"
            ? " (image-spec \(VersionCommand.imageSpec), runtime-spec \(VersionCommand.runtimeSpec))" : ""
    }

    /// The command at a path of names that begins with the face's own.
    func command(at path: [String]) throws -> any Command.Type {
        guard let found = CommandNode.command(at: path.dropFirst(), in: commands) else {
            throw UsageError(.unknownCommand, "unknown command \(path.joined(separator: " "))", commandPath: path)
        }
        return found
    }
}
