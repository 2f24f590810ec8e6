import ImageModel

/// Resolves the names that users give to images in the store.
package enum LocalNames {
    /// The fully qualified name: `my-image` becomes `localhost/my-image:latest`, names with a registry are kept.
    ///
    /// - Throws: `ReferenceError` for an invalid name.
    package static func qualified(_ name: String) throws -> String {
        if ImageReference.isShortName(name) {
            return try ImageReference(parsing: "localhost/" + name).withDefaultTag().description
        }
        return try ImageReference(parsing: name).withDefaultTag().description
    }
}
