/// Why a text is not a valid image reference.
package struct ReferenceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The class of failure.
    package enum Kind: Sendable, Equatable {
        /// The name is empty.
        case empty
        /// The text violates the grammar.
        case invalidFormat
        /// The repository name has upper-case letters.
        case upperCase
        /// The repository name is longer than 255 characters.
        case tooLong
        /// The text is an image id: 64 hexadecimal digits.
        case identifier
        /// The digest's algorithm or length is wrong.
        case invalidDigest
    }

    /// The class of failure.
    package let kind: Kind
    /// The text that was parsed.
    package let text: String

    /// Creates an error.
    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    package var description: String {
        let shown = text.count > 300 ? text.prefix(300) + "..." : text[...]
        return kind == .empty ? reason : "\"\(shown)\": \(reason)"
    }

    /// The description without the text.
    package var reason: String {
        switch kind {
        case .empty: "invalid reference format: repository name must have at least one component"
        case .invalidFormat: "invalid reference format"
        case .upperCase: "invalid reference format: repository name must be lowercase"
        case .tooLong: "invalid reference format: repository name must not be more than 255 characters"
        case .identifier: "invalid reference format: 64 hexadecimal digits are an image id, not a name"
        case .invalidDigest: "invalid reference format: the digest is invalid"
        }
    }
}
