/// Why a text is no image reference.
package struct ReferenceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The class of failure.
    package enum Kind: Sendable, Equatable {
        /// There is no name.
        case empty
        /// The text breaks the grammar.
        case invalidFormat
        /// The repository's name has upper-case letters.
        case upperCase
        /// The repository's name is longer than 255 characters.
        case tooLong
        /// The text is an image id: 64 hexadecimal digits.
        case identifier
        /// The digest's algorithm or length is wrong.
        case invalidDigest
    }

    /// The class of failure.
    package let kind: Kind
    /// The text that was to be parsed.
    package let text: String

    /// Makes an error.
    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    package var description: String {
        let shown = text.count > 300 ? text.prefix(300) + "..." : text[...]
        return switch kind {
        case .empty: "invalid image reference: the repository name must have at least one component"
        case .invalidFormat: "invalid image reference \"\(shown)\""
        case .upperCase: "invalid image reference \"\(shown)\": the repository name must be lowercase"
        case .tooLong: "invalid image reference \"\(shown)\": the repository name is longer than 255 characters"
        case .identifier: "invalid image reference \"\(shown)\": 64 hexadecimal digits are an image id, no name"
        case .invalidDigest: "invalid image reference \"\(shown)\": the digest is invalid"
        }
    }
}
