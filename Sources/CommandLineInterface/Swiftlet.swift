import CommandLineGrammar
import ContainersConfig
import Glibc

/// The program: arguments in, exit code out.
package enum Swiftlet {
    /// The version of this program.
    package static let version = "0.1.0"

    private static var commands: [any Command.Type] {
        [
            AddCommand.self, BuildCommand.self, CommitCommand.self, ConfigCommand.self, ContainersCommand.self,
            CopyCommand.self,
            FromCommand.self, HistoryCommand.self,
            ImagesCommand.self, InfoCommand.self, InspectCommand.self, MountCommand.self, PruneCommand.self,
            PullCommand.self,
            PushCommand.self, RemoveCommand.self, RemoveImageCommand.self, RenameCommand.self, RunCommand.self,
            TagCommand.self, UnmountCommand.self, UnshareCommand.self, UntagCommand.self, VersionCommand.self,
        ]
    }

    private static var groups: [CommandGroup] {
        [CommandGroup(name: "container", summary: "Run containers", commands: [ContainerRunCommand.self])]
    }

    private static func grammar(named name: String) -> CommandGrammar {
        CommandGrammar(
            name, summary: "Build, move and run container images, without a daemon and without root",
            usage: "\(name) [command]", persistentFlags: GlobalFlags.flags,
            subcommands: commands.map { $0.grammar } + groups.map(\.grammar))
    }

    /// Runs one command line.
    ///
    /// - Parameter arguments: `argv`, the program's own name first.
    /// - Returns: the exit code: 0, the code of the command that ran inside a container, or 125 for failures of our own.
    package static func run(arguments: [String]) -> Int32 {
        // A closed pipe is an error of the write that met it.
        signal(SIGPIPE, SIG_IGN)
        let calledAs = arguments.first?.split(separator: "/").last.map(String.init) ?? "swiftlet"
        let environment = ProcessEnvironment.read()
        do {
            if asksForVersion(arguments.dropFirst()) {
                StandardStream.output.write("swiftlet version \(version)\n")
                return 0
            }
            let parsed = try grammar(named: "swiftlet").parse(
                Array(arguments.dropFirst()), environment: environment.environment)
            if parsed.wantsHelp {
                StandardStream.output.write(parsed.helpText)
                return 0
            }
            let session = Session(environment: environment, global: GlobalFlags(parsed), calledAs: calledAs)
            return try command(at: parsed.commandPath).run(parsed, session)
        } catch {
            return ErrorReport.report(error)
        }
    }

    /// Whether `--version` stands before any command, among the flags that every command has.
    private static func asksForVersion(_ arguments: ArraySlice<String>) -> Bool {
        var takesNext = false
        for argument in arguments {
            if takesNext {
                takesNext = false
            } else if argument == "--version" || argument == "-v" {
                return true
            } else if argument.hasPrefix("--"), argument != "--" {
                takesNext = !argument.contains("=")
            } else {
                return false
            }
        }
        return false
    }

    private static func command(at path: [String]) throws -> any Command.Type {
        let found: (any Command.Type)? =
            if path.count == 3, let group = groups.first(where: { $0.name == path[1] }) {
                group.commands.first { $0.grammar.name == path[2] }
            } else {
                commands.first { $0.grammar.name == path.dropFirst().first }
            }
        guard let found else {
            throw UsageError(.unknownCommand, "unknown command \(path.joined(separator: " "))", commandPath: path)
        }
        return found
    }
}
