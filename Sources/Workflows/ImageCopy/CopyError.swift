import Distribution
import ImageTransports

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

    /// Says what an error is about, where the error itself does not.
    static func naming<Result>(_ subject: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TransportError {
            throw error
        } catch let error as CopyError {
            throw error
        } catch let error as RegistryError {
            // It says whether another attempt makes sense.
            throw error
        } catch {
            throw CopyError(.malformed, "\(subject): \(error)")
        }
    }
}
