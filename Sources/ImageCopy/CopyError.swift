/// Why an image could not be copied.
package struct CopyError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// There is no such image, or none for the platform.
        case notFound
        /// What arrived cannot be read as what it claims to be.
        case malformed
        /// What arrived is not what its digest says.
        case mismatch
        /// The image has no form that the destination takes, or the transport isn't supported.
        case unsupported
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
