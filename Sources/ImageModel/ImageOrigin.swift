/// Where an image comes from, as policies on images see it (containers-policy.json(5)).
package enum ImageOrigin: Sendable, Equatable {
    /// A registry, with a tag, a digest, or both.
    case registry(ImageReference)
    /// A file or directory, and the name of the image in there.
    case path(transport: String, path: String, name: String?)
    /// A place whose images have no names that count.
    case other(transport: String)

    /// The transport's name, like `docker` or `dir`.
    package var transport: String {
        switch self {
        case .registry: "docker"
        case .path(let transport, _, _), .other(let transport): transport
        }
    }

    /// The name that signatures can be about.
    package var reference: ImageReference? {
        if case .registry(let reference) = self { return reference }
        return nil
    }
}
