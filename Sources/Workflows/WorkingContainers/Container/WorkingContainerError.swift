package import LinuxSystem

/// What went wrong in a working container: while files were copied in, a command ran, or a commit was made.
package struct WorkingContainerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// A source to copy does not exist, or a pattern matches nothing.
        case noSuchSource
        /// The request contradicts itself or names something that is not there.
        case invalid
        /// The image or container is missing.
        case notFound
        /// The request names something that is not supported.
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
