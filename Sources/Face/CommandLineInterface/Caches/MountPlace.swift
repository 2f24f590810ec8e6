import CommandLineGrammar
import Distribution
import ImageCopy
import ImageModel
import ImageTransports

/// Where the artifact of a cache mount is.
enum MountPlace: CustomStringConvertible {
    case registry(ImageReference, isInsecure: Bool)
    case layout(path: String, name: String?)

    /// `REPOSITORY:TAG`, `docker://REPOSITORY:TAG` or `oci:PATH[:NAME]`.
    init(parsing text: String) throws {
        guard let reference = TransportReference(parsing: text) else {
            guard !ImageReference.isShortName(text) else {
                throw CommandError("\(text): the name of a cache must have a registry, or be oci:PATH[:NAME]")
            }
            self = .registry(try ImageReference(parsing: text).withDefaultTag(), isInsecure: false)
            return
        }
        switch reference.transport {
        case .docker: self = .registry(try TransportResolver.dockerReference(reference), isInsecure: false)
        case .oci:
            let layout = try OCILayoutReference(parsing: reference.rest)
            self = .layout(path: layout.path, name: layout.name)
        default:
            throw CommandError("\(text): a cache mount is kept in a registry or in an OCI layout (oci:PATH[:NAME])")
        }
    }

    var description: String {
        switch self {
        case .registry(let reference, _): "docker://\(reference)"
        case .layout(let path, let name): "oci:\(path)\(name.map { ":\($0)" } ?? "")"
        }
    }

    func source(_ access: RegistryAccess) throws -> any ImageSource {
        switch self {
        case .registry(let reference, let isInsecure):
            try DockerSource(reference, access: isInsecure ? BuildCacheTransfers.insecure(access) : access)
        case .layout(let path, let name): try OCILayoutSource(OCILayoutReference(path: path, name: name))
        }
    }

    func destination(_ access: RegistryAccess) throws -> any ImageDestination {
        switch self {
        case .registry(let reference, let isInsecure):
            try DockerDestination(reference, access: isInsecure ? BuildCacheTransfers.insecure(access) : access)
        case .layout(let path, let name): try OCILayoutDestination(OCILayoutReference(path: path, name: name))
        }
    }
}
