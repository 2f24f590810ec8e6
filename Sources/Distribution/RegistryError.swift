import AsyncHTTPClient

/// Why a registry could not do what was asked of it.
package struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// There is no such repository, manifest or blob.
        case notFound
        /// Credentials are missing or were refused.
        case unauthorized
        /// The registry could not be reached.
        case unreachable
        /// The registry answered what the specification does not allow.
        case malformed
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
