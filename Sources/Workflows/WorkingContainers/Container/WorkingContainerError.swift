package import LinuxSystem

/// An error in a working container: while copying files, running a command, or committing.
package struct WorkingContainerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers distinguish.
    package enum Code: Sendable, Equatable {
        /// A source to copy does not exist, or a pattern matches nothing.
        case noSuchSource
        /// The request is contradictory or refers to something that does not exist.
        case invalid
        /// The image or container is missing.
        case notFound
        /// The request uses something that is not supported.
        case unsupported
        /// A system call failed.
        case system
    }

    package let code: Code
    package let message: String
    package let cause: LinuxError?

    package init(_ code: Code, _ message: String, cause: LinuxError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String {
        guard let cause else { return message }
        return message.isEmpty ? cause.description : "\(message): \(cause)"
    }
}
