package import LinuxSystem

/// What went wrong in a store of images, layers and containers.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Kind: Sendable, Equatable {
        /// No image, layer, container or piece of data of that name.
        case notFound
        /// A shortened id or a short name that fits more than one.
        case ambiguous
        /// Something else still refers to it; the message names what.
        case inUse
        /// The name or id belongs to something else already.
        case exists
        /// What lies on disk contradicts itself or cannot be read as the format says.
        case corrupt
        /// A name that the format cannot hold.
        case invalidName
        /// The thing lies in an additional store, which is only read.
        case readOnly
        /// The graph driver cannot work here: the message says what to do.
        case driver
        /// A signal came while another process's lock was waited for.
        case interrupted
        /// A system call failed.
        case io
    }

    /// The kind.
    package let kind: Kind
    /// What failed, on one line.
    package let message: String
    /// The image, layer, container or path concerned; empty where the message says it all.
    package let subject: String
    /// The failed system call behind it, if there was one.
    package let cause: LinuxError?

    /// An error with these values.
    package init(_ kind: Kind, _ message: String, subject: String = "", cause: LinuxError? = nil) {
        self.kind = kind
        self.message = message
        self.subject = subject
        self.cause = cause
    }

    /// The message, and the failed system call behind it.
    package var description: String {
        guard let cause else { return message }
        return message.isEmpty ? cause.description : "\(message): \(cause)"
    }
}

extension StoreError {
    /// Runs `body` and makes whatever it throws a `StoreError`.
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
