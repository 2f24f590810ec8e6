import CommandLineGrammar
import Glibc
import ImageBuild
import WorkingContainers

/// The single place that turns errors into messages and exit codes.
enum ErrorReport {
    /// Failures of the tool itself, as in Buildah and Podman.
    static let ownFailure: Int32 = 125

    /// - Parameter code: the exit code for errors without one of their own.
    static func report(_ error: any Error, otherwise code: Int32) -> Int32 {
        switch error {
        case let failure as BuildError:
            show("\(failure)")
            return failure.exitCode ?? code
        case let failure as UsageError:
            show("\(failure)")
            return code
        default:
            show("\(error)")
            return code
        }
    }

    private static func show(_ message: String) {
        StandardStream.error.write("Error: \(MessageText.shown(message))\n")
    }
}
