import Glibc
import LinuxSystem
import Synchronization

/// Whether standard output took everything that was written to it.
enum OutputFailure {
    private static let code = Atomic<Int32>(0)

    /// Keeps the error number of the first write that failed.
    static func note(_ number: Int32) {
        _ = code.compareExchange(expected: 0, desired: number, ordering: .relaxed)
    }

    /// The exit code of a command that ended with `code`, once its output is taken into account: a success of which
    /// nobody could read the result is none. A reader that has gone away knows that it has, and is told nothing.
    static func exitCode(after code: Int32) -> Int32 {
        let failure = Self.code.load(ordering: .relaxed)
        if failure == 0 { return code }
        if failure == EPIPE { return code == 0 ? 128 + SIGPIPE : code }
        StandardStream.error.write("Error: \(LinuxError("write", "standard output", code: failure))\n")
        return code == 0 ? ErrorReport.ownFailure : code
    }

    /// Sees to it that no file which is opened later gets the number of a standard stream that the caller has closed, and
    /// then what is meant for the stream. Writing to such a stream fails as it would have.
    static func occupyClosedStreams() {
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
            // The lowest free number is this one.
            _ = open("/dev/null", O_RDONLY)
        }
    }
}
