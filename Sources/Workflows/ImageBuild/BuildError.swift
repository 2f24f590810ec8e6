/// Why a build failed.
package struct BuildError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// The Dockerfile or an option is wrong.
        case invalid
        /// A command in a RUN step failed.
        case commandFailed
        /// A base image, stage or source is missing.
        case notFound
        /// Something asked for by name is not supported.
        case unsupported
        /// A step could not be carried out.
        case stepFailed
    }

    package let code: Code
    package let message: String
    /// The exit code that the tool takes over: that of a failed command; nil: the tool's own.
    package let exitCode: Int32?
    /// The place in the Dockerfile, rendered with its line and a caret.
    package let excerpt: String?

    package init(_ code: Code, _ message: String, exitCode: Int32? = nil, excerpt: String? = nil) {
        self.code = code
        self.message = message
        self.exitCode = exitCode
        self.excerpt = excerpt
    }

    /// The rendered place, if there is one, stands in for the bare message, which it contains.
    package var description: String { excerpt ?? message }
}
