/// How a process terminated.
package enum ExitStatus: Sendable, Equatable {
    /// It called exit with this code (0...255).
    case exited(Int32)
    /// It was killed by this signal.
    case signalled(Int32)

    /// The code a shell would report: the exit code, or 128 plus the signal's number.
    package var shellCode: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let number): 128 + number
        }
    }

    /// Whether it exited with code 0.
    package var isSuccess: Bool { self == .exited(0) }
}
