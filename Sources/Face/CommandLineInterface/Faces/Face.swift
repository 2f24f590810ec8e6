import CommandLineGrammar

/// What the tool is to its caller: the commands and flags of the name it was called by.
struct Face {
    /// The name, as usage lines and `Session.calledAs` have it.
    let name: String
    let summary: String
    /// Flags that every command takes. `GlobalFlags` reads those it knows.
    let flags: [Flag]
    let commands: [CommandNode]
    /// The exit code of failures that are the tool's own.
    var failureCode = ErrorReport.ownFailure
    var manner = CommandGrammar.GrammarStyle.podman

    /// The face for the last part of `argv[0]`; any other name is the tool's own.
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
            subcommands: commands.map(\.grammar), manner: manner)
    }

    /// What `--version` says besides the version.
    var versionNote: String {
        name == "buildah" ? " (image-spec \(VersionCommand.imageSpec), runtime-spec \(VersionCommand.runtimeSpec))" : ""
    }

    /// The command at a path of names that begins with the face's own.
    func command(at path: [String]) throws -> any Command.Type {
        guard let found = CommandNode.command(at: path.dropFirst(), in: commands) else {
            throw UsageError(.unknownCommand, "unknown command \(path.joined(separator: " "))", commandPath: path)
        }
        return found
    }
}
