package import ContainerStore
package import Distribution
package import ImageModel
package import ImageTransports

/// Opens `transport:reference` for reading or writing: the only switch over transports.
package struct TransportResolver {
    /// Where compressed archives are unpacked.
    package var temporaryDirectory = "/var/tmp"
    /// Additional names for an image in a new `docker-archive:`.
    package var additionalTags: [ImageReference] = []
    /// A directory with blobs that several `oci:` layouts share; nil: each has its own.
    package var sharedBlobs: String?
    /// Access to registries; nil for none.
    package var registries: RegistryAccess?
    private let openStore: (StoreReference.Place) throws -> ContainerStore

    /// - Parameter openStore: opens a store when a reference needs one.
    package init(openStore: @escaping (StoreReference.Place) throws -> ContainerStore) {
        self.openStore = openStore
    }

    /// The image that a reference names.
    ///
    /// - Throws: `TransportError` for an invalid reference, and when it cannot be opened.
    package func source(_ text: String) throws -> any ImageSource {
        let reference = try TransportReference(requiring: text)
        switch reference.transport {
        case .oci: return try OCILayoutSource(OCILayoutReference(parsing: reference.rest), sharedBlobs: sharedBlobs)
        case .ociArchive:
            return try OCIArchiveSource(
                OCILayoutReference(parsing: reference.rest), temporaryDirectory: temporaryDirectory)
        case .dockerArchive:
            return try DockerArchiveSource(
                DockerArchiveReference(parsing: reference.rest), temporaryDirectory: temporaryDirectory)
        case .dir: return try DirSource(path: reference.rest)
        case .containersStorage:
            let place = try StoreReference(parsing: reference.rest)
            let store = try openStore(place.place)
            guard let image = try place.find(in: store) else {
                throw StoreReference.missing(place, in: store)
            }
            return StoreSource(image, in: store, as: place.name(of: image))
        case .docker:
            guard let registries else { throw unsupported(reference) }
            return try DockerSource(Self.dockerReference(reference), access: registries)
        case .dockerDaemon:
            guard let registries else { throw unsupported(reference) }
            return try DockerDaemonSource(
                DockerDaemonReference(parsing: reference.rest), access: registries,
                temporaryDirectory: temporaryDirectory)
        case .tarball: return try TarballSource(parsing: reference.rest, temporaryDirectory: temporaryDirectory)
        }
    }

    /// The destination that a reference names.
    ///
    /// - Throws: as `source`.
    package func target(_ text: String) throws -> CopyTarget {
        let reference = try TransportReference(requiring: text)
        guard reference.transport == .dockerArchive || additionalTags.isEmpty else {
            throw CopyError(.unsupported, "\(text): only docker-archive: accepts additional tags")
        }
        switch reference.transport {
        case .oci:
            return .destination(
                try OCILayoutDestination(OCILayoutReference(parsing: reference.rest), sharedBlobs: sharedBlobs))
        case .ociArchive:
            return .destination(
                try OCIArchiveDestination(
                    OCILayoutReference(parsing: reference.rest), temporaryDirectory: temporaryDirectory))
        case .dockerArchive:
            return .destination(
                try DockerArchiveDestination(
                    DockerArchiveReference(parsing: reference.rest), additionalTags: additionalTags,
                    temporaryDirectory: temporaryDirectory))
        case .dir: return .destination(try DirDestination(path: reference.rest))
        case .containersStorage:
            let place = try StoreReference(parsing: reference.rest)
            let name = try place.name()
            return .store(try openStore(place.place), names: [name])
        case .docker:
            guard let registries else { throw unsupported(reference) }
            if let untagged = try Self.untaggedReference(reference) {
                return .destination(try DockerDestination(untagged, access: registries, isUntagged: true))
            }
            return .destination(try DockerDestination(Self.dockerReference(reference), access: registries))
        case .dockerDaemon:
            guard let registries else { throw unsupported(reference) }
            return .destination(
                try DockerDaemonDestination(
                    DockerDaemonReference(parsing: reference.rest), access: registries,
                    temporaryDirectory: temporaryDirectory))
        case .tarball: throw CopyError(.unsupported, "\(reference): tarball: is read-only")
        }
    }

    /// The repository in `docker://name@@unknown-digest@@`: a manifest that is written without a tag.
    private static func untaggedReference(_ reference: TransportReference) throws -> ImageReference? {
        guard reference.rest.hasPrefix("//"), reference.rest.hasSuffix(unknownDigest) else { return nil }
        let name = try ImageReference(parsing: String(reference.rest.dropFirst(2).dropLast(unknownDigest.count)))
        guard name.tag == nil, name.digest == nil else {
            throw TransportError(
                .invalidReference, "docker://\(name) must have neither a tag nor a digest before \(unknownDigest)")
        }
        return name
    }

    private static let unknownDigest = "@@unknown-digest@@"

    /// The name in `docker://name`, with the tag `latest` if it has none.
    ///
    /// - Throws: `TransportError` when the slashes are missing, `ReferenceError` for an invalid name.
    package static func dockerReference(_ reference: TransportReference) throws -> ImageReference {
        guard reference.rest.hasPrefix("//") else {
            throw TransportError(
                .invalidReference, "docker: image reference \(reference.rest) does not start with //")
        }
        guard !reference.rest.hasSuffix(unknownDigest) else {
            throw TransportError(
                .invalidReference, "\(reference): only a destination can have an unknown digest")
        }
        return try ImageReference(parsing: String(reference.rest.dropFirst(2))).withDefaultTag()
    }

    private func unsupported(_ reference: TransportReference) -> CopyError {
        CopyError(.unsupported, "\(reference): the transport \(reference.transport.rawValue) is not supported")
    }
}

/// The target of a copy.
package enum CopyTarget {
    /// A destination that keeps blobs and manifests.
    case destination(any ImageDestination)
    /// A store, which unpacks layers, and the fully qualified names of the image in it.
    case store(ContainerStore, names: [String])
}
