/// Why a digest was refused.
package struct DigestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    package enum Kind: Sendable, Equatable {
        /// The text is not `algorithm:hex`.
        case malformed
        /// The algorithm is none of `Digest.Algorithm`.
        case unsupportedAlgorithm
        /// The content's digest is not the expected one.
        case mismatch
    }

    /// What went wrong.
    package let kind: Kind
    /// One line for people, with the offending text.
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
