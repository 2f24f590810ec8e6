/// Why a manifest list cannot be made, changed or used.
package struct ManifestListError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    package enum Code: Sendable, Equatable {
        /// There is no image of that name, or no entry.
        case notFound
        /// The image is no list.
        case notAList
        /// The name belongs to another image.
        case exists
        /// What the list or its entry says cannot be understood.
        case malformed
        /// A valid wish that lists or the destination cannot fulfil.
        case unsupported
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
