import CommandLineGrammar
import ContainersConfig
import Glibc
import ImageBuild
import LinuxSystem
import ProgressEvents

/// `--progress` of `build`: how its progress is shown.
enum BuildProgressMode: String, Sendable {
    /// A view of what runs now, redrawn in place, and a line for each finished step.
    case tty
    /// Lines in the order in which things happen.
    case plain
    /// One JSON object per event on standard error.
    case json
    /// Nothing but errors.
    case quiet

    /// The variables for users who do not want to give the flag each time, the first one wins.
    private static let variables = ["SWIFTLET_PROGRESS", "BUILDKIT_PROGRESS"]

    /// The way that the flags ask for, or a variable if they leave the choice; nil for `auto`.
    ///
    /// Buildah and Podman know none of the variables.
    static func requested(_ arguments: ParsedArguments, _ session: Session) throws -> BuildProgressMode? {
        var (text, origin) = (arguments.string("progress") ?? "", "--progress")
        if text.isEmpty || text == "auto", session.calledAs == "swiftlet",
            let name = variables.first(where: { session.environment.value($0) ?? "" != "" })
        {
            (text, origin) = (session.environment.value(name) ?? "", name)
        }
        switch text {
        case "", "auto": return arguments.bool("quiet") ? .quiet : nil
        case "rawjson":
            throw CommandError(
                "\(origin) rawjson is not supported, since BuildKit's records describe its own solver: choose json")
        default:
            guard let mode = BuildProgressMode(rawValue: text) else {
                throw CommandError("unknown \(origin) \"\(text)\": choose auto, tty, plain, json or quiet")
            }
            return arguments.bool("quiet") ? .quiet : mode
        }
    }

    /// The way to show the progress of this build: the one asked for; otherwise the view if there is a terminal for it,
    /// except for scripts of related tools.
    static func chosen(_ arguments: ParsedArguments, _ session: Session) throws -> BuildProgressMode {
        let isTerminal = StandardStream.output.isTerminal && StandardStream.error.isTerminal
        switch try requested(arguments, session) {
        case .tty:
            guard isTerminal else {
                throw CommandError("--progress tty: standard output and standard error must be a terminal")
            }
            return .tty
        case let mode?: return mode
        case nil:
            let isDumb = session.environment.value("TERM").map { $0.isEmpty || $0 == "dumb" } ?? true
            // Other lines would come between those that are redrawn.
            let isAlone =
                !DebugLog.isActive && (!arguments.bool("log-rusage") || arguments.string("rusage-logfile") != nil)
            return isTerminal && !isDumb && isAlone && session.calledAs == "swiftlet" ? .tty : .plain
        }
    }

    /// The shell for a failed command, if the user wants one.
    static func failureShell(_ arguments: ParsedArguments) throws -> FailureShell? {
        switch arguments.string("on-error") {
        case "fail", "", nil: return nil
        case "shell":
            guard isatty(STDIN_FILENO) == 1, StandardStream.output.isTerminal else {
                throw CommandError("--on-error shell: standard input and output must be a terminal")
            }
            return FailureShell()
        case let other?: throw CommandError("unknown --on-error \"\(other)\": choose fail or shell")
        }
    }

    /// Where the output of commands goes. Lines that cannot be mixed up with others are left to the commands themselves.
    func route(_ arguments: ParsedArguments) -> StepOutputRoute {
        switch self {
        case .tty, .json: .reported
        case .quiet: .inherited
        case .plain: arguments.int("jobs") == 1 ? .inherited : .inheritedInSingleStage
        }
    }
}
