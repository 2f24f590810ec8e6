import ImageModel

/// What an image is called in the store when a user names it.
package enum LocalNames {
    /// The fully qualified name: `my-image` becomes `localhost/my-image:latest`, names with a registry stay.
    ///
    /// - Throws: `ReferenceError` for what is no name.
    package static func qualified(_ name: String) throws -> String {
        if ImageReference.isShortName(name) {
            return try ImageReference(parsing: "localhost/" + name).withDefaultTag().description
        }
        return try ImageReference(parsing: name).withDefaultTag().description
    }
}
