/// Why a transport could not read or write an image.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    /// The class of failure.
    package enum Kind: Sendable, Equatable {
        /// The text is not a reference of its transport.
        case invalidReference
        /// There is no image of that name.
        case noSuchImage
        /// There is no such file, manifest or blob.
        case notFound
        /// More than one image matches.
        case ambiguous
        /// The data violates its format.
        case malformed
        /// A size limit is exceeded.
        case tooLarge
        /// Content does not have the digest or the size of its descriptor.
        case mismatch
        /// A valid request that this transport does not support.
        case unsupported
        /// A system call failed.
        case system
    }

    /// The class of failure.
    package let kind: Kind
    /// The file, directory or reference concerned; empty when there is none.
    package let place: String
    /// The message, beginning in lower case, without a trailing period.
    package let message: String
    /// The underlying error, if any.
    package let cause: (any Error)?

    /// An error concerning `place`.
    package init(_ kind: Kind, _ message: String, at place: String = "", cause: (any Error)? = nil) {
        self.kind = kind
        self.place = place
        self.message = message
        self.cause = cause
    }

    /// `place: message`.
    package var description: String { place.isEmpty ? message : "\(place): \(message)" }

    /// Runs `body` and rethrows its errors as transport errors concerning `place`.
    static func wrapping<Result: ~Copyable>(
        _ place: String, _ body: () throws -> Result
    ) throws(TransportError) -> Result {
        do {
            return try body()
        } catch let error as TransportError {
            throw error
        } catch {
            throw TransportError(.system, "\(error)", at: place, cause: error)
        }
    }
}
