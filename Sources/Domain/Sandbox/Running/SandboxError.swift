import Glibc

/// Why a sandbox could not be made or its command not be started.
package struct SandboxError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, as far as callers act on it.
    package enum Code: Sendable, Hashable {
        /// The command's file, or the interpreter it names, does not exist.
        case commandNotFound
        /// The command's file exists but may or can not be executed, or the working directory can't be entered.
        case commandNotExecutable
        /// The specification contradicts itself or holds what no system call takes.
        case invalidSpecification
        /// A capability, security option, rlimit or the like has no meaning here.
        case unknownOption
        /// No such user or group in the image.
        case unknownUser
        /// The seccomp profile is malformed or could not be compiled.
        case seccomp
        /// The kernel refused a part of the sandbox.
        case setup
        /// An external runtime could not be used.
        case runtime
    }

    /// The kind of failure.
    package let code: Code
    /// What failed and why, in one line.
    package let message: String
    /// The kernel's error number behind it, where there is one.
    package let errno: Int32?

    /// Makes an error; a given `errno` is put into words at the end of the message.
    package init(_ code: Code, _ message: String, errno: Int32? = nil) {
        self.code = code
        self.errno = errno
        self.message = errno.map { "\(message): \(Self.describe($0))" } ?? message
    }

    /// The exit code by which command line tools of this field tell these failures apart: 127 for a command that was
    /// not found, 126 for one that could not be invoked, 125 for everything else.
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
