import CommandLineGrammar
import Glibc

/// `--command-timeout`: terminates the program if a command takes longer.
enum CommandTimeout {
    /// Starts the timer if the flag was specified.
    static func begin(_ arguments: ParsedArguments) throws {
        guard arguments.declares("command-timeout"), let text = arguments.string("command-timeout"), !text.isEmpty
        else { return }
        guard let seconds = DurationText.seconds(text) else {
            throw CommandError("--command-timeout: \"\(text)\" is not a duration such as 30s or 5m")
        }
        guard seconds > 0 else { return }
        signal(SIGALRM) { _ in
            // Only async-signal-safe calls. Nothing refers to what was written so far.
            let message: StaticString = "Error: the command took longer than --command-timeout allows\n"
            _ = write(2, message.utf8Start, message.utf8CodeUnitCount)
            _exit(1)
        }
        alarm(UInt32(seconds))
    }
}
