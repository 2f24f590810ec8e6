import Glibc

/// Why a sandbox could not be created or its command not be started.
package struct SandboxError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers distinguish.
    package enum Code: Sendable, Hashable {
        /// The command's file, or the interpreter it names, does not exist.
        case commandNotFound
        /// The command's file exists but is not executable, or the working directory cannot be entered.
        case commandNotExecutable
        /// The specification is contradictory or contains values that no system call accepts.
        case invalidSpecification
        /// An unknown capability, security option, rlimit or the like.
        case unknownOption
        /// No such user or group in the image.
        case unknownUser
        /// The seccomp profile is malformed or could not be compiled.
        case seccomp
        /// The kernel refused part of the setup.
        case setup
        /// An external runtime could not be used.
        case runtime
    }

    /// The kind of failure.
    package let code: Code
    /// What failed and why, in one line.
    package let message: String
    /// The underlying error number, if any.
    package let errno: Int32?

    /// Creates an error; the text of `errno`, if given, is appended to the message.
    package init(_ code: Code, _ message: String, errno: Int32? = nil) {
        self.code = code
        self.errno = errno
        self.message = errno.map { "\(message): \(Self.describe($0))" } ?? message
    }

    /// The conventional exit code of command line tools: 127 for a command that was not found, 126 for one that could
    /// not be invoked, 125 for everything else.
    package var exitCode: Int32 {
        switch code {
        case .commandNotFound: 127
        case .commandNotExecutable: 126
        default: 125
        }
    }

    /// The message.
    package var description: String { message }

    private static func describe(_ number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }
}
