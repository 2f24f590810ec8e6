import CommandLineGrammar
import Glibc
import ImageBuild
import WorkingContainers

/// The one place where errors become messages and exit codes.
enum ErrorReport {
    /// Failures of the tool itself, as Buildah and Podman have it.
    static let ownFailure: Int32 = 125

    /// - Parameter code: the exit code where the error has none of its own.
    static func report(_ error: any Error, otherwise code: Int32) -> Int32 {
        switch error {
        case let failure as BuildError:
            StandardStream.error.write("Error: \(failure)\n")
            return failure.exitCode ?? code
        case let failure as UsageError:
            StandardStream.error.write("Error: \(failure)\n")
            return code
        default:
            StandardStream.error.write("Error: \(error)\n")
            return code
        }
    }
}
