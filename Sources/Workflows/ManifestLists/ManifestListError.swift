/// Why an operation on a manifest list failed.
package struct ManifestListError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers distinguish.
    package enum Code: Sendable, Equatable {
        /// There is no image of that name, or no such entry.
        case notFound
        /// The image is not a list.
        case notAList
        /// The name belongs to another image.
        case exists
        /// The list or its entry is invalid.
        case malformed
        /// A valid request that lists or the destination do not support.
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
