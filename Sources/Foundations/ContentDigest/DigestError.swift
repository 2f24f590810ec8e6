/// Why a digest was rejected.
package struct DigestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    package enum Kind: Sendable, Equatable {
        /// The text is not `algorithm:hex`.
        case malformed
        /// The algorithm is not one of `Digest.Algorithm`.
        case unsupportedAlgorithm
        /// The content does not have the expected digest.
        case mismatch
    }

    /// What went wrong.
    package let kind: Kind
    /// A one-line message that quotes the offending text.
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
