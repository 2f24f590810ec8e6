import BuildGraph
import CommandLineGrammar
import Distribution
import Glibc
import ImageBuild
import ImageCopy
import ImageTransports
import WorkingContainers

/// The single place that turns errors into messages and exit codes.
enum ErrorReport {
    /// Failures of the tool itself, as in Buildah and Podman.
    static let ownFailure: Int32 = 125

    /// - Parameters:
    ///   - code: the exit code for errors without one of their own.
    ///   - name: the name by which the tool was called.
    static func report(_ error: any Error, otherwise code: Int32, calledAs name: String) -> Int32 {
        if name == "skopeo" {
            let isTerminal = isatty(STDERR_FILENO) == 1
            StandardStream.error.write(LogLine.text(.fatal, "\(error)", isTerminal: isTerminal) + "\n")
            return isImageMissing(error) ? skopeoImageMissing : code
        }
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

    /// Skopeo's exit code for an image that does not exist.
    private static let skopeoImageMissing: Int32 = 2

    private static func isImageMissing(_ error: any Error) -> Bool {
        switch error {
        case let error as RegistryError: error.isManifestUnknown
        case let error as TransportError: error.kind == .noSuchImage
        case let error as CopyError: error.code == .noSuchImage
        default: false
        }
    }

    private static func show(_ message: String) {
        StandardStream.error.write("Error: \(MessageText.shown(message))\n")
    }
}
