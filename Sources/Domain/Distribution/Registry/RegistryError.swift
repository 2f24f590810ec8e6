/// A failed request to a registry or web server.
package struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers distinguish.
    package enum Code: Sendable, Equatable {
        /// There is no such repository, manifest, blob or file.
        case notFound
        /// Credentials are missing or were rejected.
        case unauthorized
        /// Authenticated, but not allowed.
        case denied
        /// The server could not be reached at all.
        case unreachable
        /// The connection broke or stalled.
        case interrupted
        /// The server speaks plain HTTP where TLS was expected, or its certificate is not trusted.
        case untrusted
        /// The server's response violates the specification.
        case malformed
        /// Content does not match its digest or size.
        case mismatch
        /// The server does not implement the request.
        case unsupported
        /// The registry does not accept manifests of this type, or not this one.
        case manifestRejected
        /// The server failed or is overloaded.
        case unavailable
        /// The user specified an unusable name, file or setting.
        case invalid
    }

    package let code: Code
    /// The error on one line, without secrets.
    package let message: String
    /// The number of seconds that the server asks to wait before the next attempt.
    package var retryAfter: Int?
    /// Whether the registry has no such image, as opposed to any other missing thing.
    package var isManifestUnknown = false

    package init(_ code: Code, _ message: String, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// Whether the same request may succeed later.
    package var isTemporary: Bool { code == .interrupted || code == .unavailable }

    package var description: String { message }

    /// The same error with a prefix that says what was being done.
    package func prefixed(_ context: String) -> RegistryError {
        with(message: "\(context): \(message)")
    }

    /// The same error with words appended.
    package func suffixed(_ words: String) -> RegistryError {
        with(message: "\(message)\(words)")
    }

    /// The same error with another message.
    package func with(message: String) -> RegistryError {
        var error = RegistryError(code, message, retryAfter: retryAfter)
        error.isManifestUnknown = isManifestUnknown
        return error
    }
}

extension RegistryError {
    /// Runs `body`; errors of this type get a prefix that says what was being done.
    static func during<Result>(_ context: @autoclosure () -> String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as RegistryError {
            throw error.prefixed(context())
        }
    }
}
