package import LinuxSystem

/// A failed operation on a store of images, layers and containers.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers distinguish.
    package enum Kind: Sendable, Equatable {
        /// There is no image, layer, container or piece of data with that name.
        case notFound
        /// An abbreviated id or a short name that matches more than one object.
        case ambiguous
        /// Something else still refers to it; the message says what.
        case inUse
        /// The name or id is already taken.
        case exists
        /// The data on disk is inconsistent or violates the format.
        case corrupt
        /// A name that the format cannot represent.
        case invalidName
        /// The object belongs to an additional store, which is read-only.
        case readOnly
        /// The graph driver cannot work here; the message says what to do.
        case driver
        /// A signal arrived while waiting for another process's lock.
        case interrupted
        /// A system call failed.
        case io
    }

    /// The kind.
    package let kind: Kind
    /// What failed, on one line.
    package let message: String
    /// The image, layer, container or path concerned; empty if the message already says it.
    package let subject: String
    /// The underlying failed system call, if any.
    package let cause: LinuxError?

    /// Creates an error with these values.
    package init(_ kind: Kind, _ message: String, subject: String = "", cause: LinuxError? = nil) {
        self.kind = kind
        self.message = message
        self.subject = subject
        self.cause = cause
    }

    /// The message, followed by the underlying failed system call.
    package var description: String {
        guard let cause else { return message }
        return message.isEmpty ? cause.description : "\(message): \(cause)"
    }
}

extension StoreError {
    /// Runs `body` and converts whatever it throws to a `StoreError`.
    static func mapping<T>(_ body: () throws -> T) throws(StoreError) -> T {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as LinuxError {
            throw StoreError(.io, "", subject: error.path, cause: error)
        } catch {
            throw StoreError(.corrupt, String(describing: error))
        }
    }
}
