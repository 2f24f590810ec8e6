import Glibc
import LinuxSystem
import Synchronization

/// Tracks whether all writes to standard output succeeded.
enum OutputFailure {
    private static let code = Atomic<Int32>(0)

    /// Keeps the errno of the first failed write.
    static func note(_ number: Int32) {
        _ = code.compareExchange(expected: 0, desired: number, ordering: .relaxed)
    }

    /// The exit code for a command that ended with `code`, taking output errors into account: a command whose result
    /// could not be written has not succeeded. If the reader has closed the pipe, no message is printed.
    static func exitCode(after code: Int32) -> Int32 {
        let failure = Self.code.load(ordering: .relaxed)
        if failure == 0 { return code }
        if failure == EPIPE { return code == 0 ? 128 + SIGPIPE : code }
        StandardStream.error.write("Error: \(LinuxError("write", "standard output", code: failure))\n")
        return code == 0 ? ErrorReport.ownFailure : code
    }

    /// Opens /dev/null for standard streams that the caller has closed, so that a file opened later does not get the
    /// descriptor, and with it the stream's output. Writing to such a stream still fails.
    static func occupyClosedStreams() {
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
            // This is the lowest free descriptor.
            _ = open("/dev/null", O_RDONLY)
        }
    }
}
