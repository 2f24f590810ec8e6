/// An invalid manifest, configuration or platform.
package struct ImageModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The class of failure.
    package enum Kind: Sendable, Equatable {
        /// The bytes are not JSON, or do not have the structure of their type.
        case malformed
        /// The type of the manifest is unknown or cannot be determined.
        case unknownType
        /// The manifest can be read as more than one type, with different meanings.
        case ambiguous
        /// The document exceeds a size limit.
        case tooLarge
        /// The target format cannot express the image.
        case inconvertible
        /// The text is not a platform.
        case invalidPlatform
    }

    /// The class of failure.
    package let kind: Kind
    /// A one-line message.
    package let message: String

    /// Creates an error.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
