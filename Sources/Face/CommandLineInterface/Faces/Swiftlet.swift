import CommandLineGrammar
import ContainersConfig
import Glibc
import LinuxSystem

/// The program: arguments in, exit code out.
package enum Swiftlet {
    /// The version of this program.
    package static let version = "0.1.0"

    /// Runs one command line.
    ///
    /// - Parameter arguments: `argv`, including the program's own name.
    /// - Returns: the exit code: 0, the exit code of the command in the container, or 125 for swiftlet's own failures
    ///   (when called as Skopeo, 2 for a missing image and 1 for all others).
    package static func run(arguments: [String]) -> Int32 {
        // Writing to a closed pipe fails with an error instead.
        signal(SIGPIPE, SIG_IGN)
        OutputFailure.occupyClosedStreams()
        return OutputFailure.exitCode(after: runCommand(arguments))
    }

    /// Runs the command of the program's argument vector. Arguments that are not UTF-8 are rejected.
    package static func run(count: Int32, vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
        do {
            return run(arguments: try ProgramArguments.decode(count: count, vector: vector))
        } catch {
            StandardStream.error.write("Error: \(error)\n")
            return 125
        }
    }

    private static func runCommand(_ arguments: [String]) -> Int32 {
        var arguments = arguments
        let isKeeper = arguments.count > 1 && arguments[1] == KeeperLauncher.argument
        if isKeeper {
            arguments.remove(at: 1)
            DetachedProcess.begin()
        }
        let face = Face.named(arguments.first?.split(separator: "/").last.map(String.init) ?? "swiftlet")
        let environment = ProcessEnvironment.read()
        do {
            if asksForVersion(arguments.dropFirst()) {
                let number = face.name == "podman" ? PodmanVersion.followed : version
                StandardStream.output.write("\(face.name) version \(number)\(face.versionNote)\n")
                return 0
            }
            let parsed = try face.grammar.parse(
                Array(arguments.dropFirst()), environment: environment.environment,
                // Skopeo does not read containers.conf.
                configured: { face.name == "skopeo" ? [:] : RegistryFlags.configuredRetries(environment) })
            if parsed.wantsHelp {
                StandardStream.output.write(parsed.helpText)
                return 0
            }
            let global = try GlobalFlags(parsed)
            if global.isDebugging { DebugOutput.begin() }
            try CommandTimeout.begin(parsed)
            try RegistryFlags.checkCredentialFiles(parsed)
            let session = Session(
                environment: global.applied(to: environment), global: global, calledAs: face.name,
                commandLine: [face.name] + arguments.dropFirst())
            session.isKeeper = isKeeper
            // Skopeo does not read containers.conf.
            if face.name != "skopeo" { try session.applyEngineEnvironment() }
            return try face.command(at: parsed.commandPath).run(parsed, session)
        } catch {
            return ErrorReport.report(error, otherwise: face.failureCode, calledAs: face.name)
        }
    }

    /// Whether `--version` occurs before any command, among the global flags.
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
}
