/// Why an image cannot be read from or written to a transport.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    /// The class of failure.
    package enum Kind: Sendable, Equatable {
        /// The text is no reference of its transport.
        case invalidReference
        /// There is no such image, manifest or blob.
        case notFound
        /// More than one image fits.
        case ambiguous
        /// What is there is not what its format demands.
        case malformed
        /// More bytes than are allowed.
        case tooLarge
        /// Content does not have the digest or the size that its descriptor says.
        case mismatch
        /// A valid wish that this transport cannot fulfil.
        case unsupported
        /// The operating system refused.
        case system
    }

    /// The class of failure.
    package let kind: Kind
    /// The file, directory or reference that it is about; empty where there is none.
    package let place: String
    /// What is wrong, lower case first, without a trailing period.
    package let message: String
    /// The error beneath, where there is one.
    package let cause: (any Error)?

    /// An error about `place`.
    package init(_ kind: Kind, _ message: String, at place: String = "", cause: (any Error)? = nil) {
        self.kind = kind
        self.place = place
        self.message = message
        self.cause = cause
    }

    /// `place: message`.
    package var description: String { place.isEmpty ? message : "\(place): \(message)" }

    /// Runs `body`; what it throws comes out as a transport error about `place`.
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
