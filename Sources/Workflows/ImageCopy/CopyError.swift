import Distribution
import ImageTransports

/// Why an image could not be copied.
package struct CopyError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers distinguish.
    package enum Code: Sendable, Equatable {
        /// There is no such image.
        case noSuchImage
        /// A part of the image is missing, or there is none for the platform.
        case notFound
        /// The data is not valid for its type.
        case malformed
        /// The data does not match its digest.
        case mismatch
        /// The destination accepts no form of the image, or the transport is not supported.
        case unsupported
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// Adds a subject to errors that do not name one themselves.
    static func naming<Result>(_ subject: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TransportError {
            throw error
        } catch let error as CopyError {
            throw error
        } catch let error as RegistryError {
            // It knows whether retrying makes sense.
            throw error
        } catch {
            throw CopyError(.malformed, "\(subject): \(error)")
        }
    }
}
