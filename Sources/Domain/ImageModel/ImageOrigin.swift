/// Where an image comes from, as policies on images see it (containers-policy.json(5)).
package enum ImageOrigin: Sendable, Equatable {
    /// A registry, with a tag, a digest, or both.
    case registry(ImageReference)
    /// A file or directory, and the name of the image in there.
    case path(transport: String, path: String, name: String?)
    /// A store of this machine: the driver and the directory of the store, and the image there.
    case store(driver: String, graphRoot: String, reference: ImageReference?, id: String)
    /// A Docker daemon; nil: the image is named by its id.
    case daemon(ImageReference?)
    /// A place whose images have no names that count.
    case other(transport: String)

    /// The transport's name, like `docker` or `dir`.
    package var transport: String {
        switch self {
        case .registry: "docker"
        case .store: "containers-storage"
        case .daemon: "docker-daemon"
        case .path(let transport, _, _), .other(let transport): transport
        }
    }

    /// The name that signatures can be about.
    package var reference: ImageReference? {
        switch self {
        case .registry(let reference): reference
        case .store(_, _, let reference, _), .daemon(let reference): reference
        case .path, .other: nil
        }
    }
}
