/// Why a registry or web server could not do what was asked of it.
package struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// There is no such repository, manifest, blob or file.
        case notFound
        /// Credentials are missing or were refused.
        case unauthorized
        /// Known, but not allowed.
        case denied
        /// The server could not be reached at all.
        case unreachable
        /// The connection broke, or nothing moved on it any more.
        case interrupted
        /// The server speaks plain HTTP where TLS was expected, or its certificate is not trusted.
        case untrusted
        /// The server answered what the specification does not allow.
        case malformed
        /// Content is not what its digest or size says.
        case mismatch
        /// The server does not implement what was asked.
        case unsupported
        /// The registry takes no manifests of this type, or not this one.
        case manifestRejected
        /// The server failed or is overloaded.
        case unavailable
        /// A name, file or setting of the user's cannot be used.
        case invalid
    }

    package let code: Code
    /// What went wrong, in one line, without secrets.
    package let message: String
    /// How many seconds the server asks to wait before the next attempt.
    package var retryAfter: Int?

    package init(_ code: Code, _ message: String, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// Whether the same request may succeed later.
    package var isTemporary: Bool { code == .interrupted || code == .unavailable }

    package var description: String { message }

    /// The same error with words before it that say what was being done.
    package func prefixed(_ context: String) -> RegistryError {
        RegistryError(code, "\(context): \(message)", retryAfter: retryAfter)
    }

    /// The same error with words after it.
    package func suffixed(_ words: String) -> RegistryError {
        RegistryError(code, message + words, retryAfter: retryAfter)
    }
}

extension RegistryError {
    /// Runs `body`; what it throws of this type says first what was being done.
    static func during<Result>(_ context: @autoclosure () -> String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as RegistryError {
            throw error.prefixed(context())
        }
    }
}
