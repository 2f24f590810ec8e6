/// Where an image comes from, for matching in trust policies (containers-policy.json(5)).
package enum ImageOrigin: Sendable, Equatable {
    /// A registry, with a tag, a digest, or both.
    case registry(ImageReference)
    /// A file or directory, and the name of the image in it.
    case path(transport: String, path: String, name: String?)
    /// A local store: its driver and directory, and the image in it.
    case store(driver: String, graphRoot: String, reference: ImageReference?, id: String)
    /// A Docker daemon; nil when the image is named by its id.
    case daemon(ImageReference?)
    /// A transport whose image names have no meaning for policies.
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

    /// The name that signatures can refer to.
    package var reference: ImageReference? {
        switch self {
        case .registry(let reference): reference
        case .store(_, _, let reference, _), .daemon(let reference): reference
        case .path, .other: nil
        }
    }
}
