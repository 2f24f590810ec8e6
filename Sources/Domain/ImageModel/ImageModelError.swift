/// What is wrong with a manifest, a configuration or a platform.
package struct ImageModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The class of failure.
    package enum Kind: Sendable, Equatable {
        /// The bytes are no JSON, or not of the shape that their type demands.
        case malformed
        /// The type of the manifest is unknown or cannot be told.
        case unknownType
        /// The manifest could be read as more than one type, each with another meaning.
        case ambiguous
        /// More bytes than are allowed.
        case tooLarge
        /// The wanted format cannot say what the image holds.
        case inconvertible
        /// A text names no platform.
        case invalidPlatform
    }

    /// The class of failure.
    package let kind: Kind
    /// One line that says what is wrong.
    package let message: String

    /// Makes an error.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
