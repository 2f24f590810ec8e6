/// Why a build failed.
package struct BuildError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers distinguish.
    package enum Code: Sendable, Equatable {
        /// The Dockerfile or an option is invalid.
        case invalid
        /// A command in a RUN step failed.
        case commandFailed
        /// A base image, stage or source is missing.
        case notFound
        /// A requested feature is not supported.
        case unsupported
        /// A step failed.
        case stepFailed
    }

    package let code: Code
    package let message: String
    /// The exit code for the tool: that of a failed command; nil for the tool's own.
    package let exitCode: Int32?
    /// The position in the Dockerfile, rendered with its line and a caret.
    package let excerpt: String?

    package init(_ code: Code, _ message: String, exitCode: Int32? = nil, excerpt: String? = nil) {
        self.code = code
        self.message = message
        self.exitCode = exitCode
        self.excerpt = excerpt
    }

    /// The rendered position, if there is one, replaces the plain message, which it contains.
    package var description: String { excerpt ?? message }
}
