import ImageCopy
import ImageModel
import ImageTransports

/// Turns `transport:reference` into somewhere to read from or write to: the one switch over transports.
enum PlaceResolver {
    static func destination(_ text: String) throws -> any ImageDestination {
        let reference = try reference(text)
        switch reference.transport {
        case .oci: return try OCILayoutDestination(OCILayoutReference(parsing: reference.rest))
        case .ociArchive: return try OCIArchiveDestination(OCILayoutReference(parsing: reference.rest))
        case .dockerArchive: return try DockerArchiveDestination(DockerArchiveReference(parsing: reference.rest))
        case .dir: return try DirDestination(path: reference.rest)
        case .docker, .containersStorage, .dockerDaemon, .tarball: throw unsupported(reference)
        }
    }

    /// A source, and the names that its image gets in the store.
    static func source(_ text: String, calledAs: String) throws -> (source: any ImageSource, names: [String]) {
        let reference = try reference(text)
        switch reference.transport {
        case .oci:
            let layout = try OCILayoutReference(parsing: reference.rest)
            let source = try OCILayoutSource(layout)
            return (source, try names(source.image, layout, calledAs: calledAs))
        case .ociArchive:
            let layout = try OCILayoutReference(parsing: reference.rest)
            let source = try OCIArchiveSource(layout)
            return (source, try names(source.image, layout, calledAs: calledAs))
        case .dockerArchive:
            let archive = try DockerArchiveReference(parsing: reference.rest)
            let contents = try DockerArchive(path: archive.path)
            let source = try DockerArchiveSource(contents, archive)
            let tags = contents.images.count == 1 ? contents.images[0].tags : []
            return (source, try (archive.image.map { [$0.description] } ?? tags).map { try LocalNames.qualified($0) })
        case .dir: return (try DirSource(path: reference.rest), [])
        case .docker, .containersStorage, .dockerDaemon, .tarball: throw unsupported(reference)
        }
    }

    /// The layout's own name for the image if it has one, else the directory's; Buildah gives none in that case.
    private static func names(
        _ image: Descriptor, _ layout: OCILayoutReference, calledAs: String
    ) throws -> [String] {
        if let name = layout.name ?? image.annotations?["org.opencontainers.image.ref.name"] {
            return [try LocalNames.qualified(name)]
        }
        if calledAs == "buildah" { return [] }
        let directory = layout.path.split(separator: "/").last.map(String.init) ?? ""
        return (try? LocalNames.qualified(directory.lowercased())).map { [$0] } ?? []
    }

    private static func reference(_ text: String) throws -> TransportReference {
        if let reference = TransportReference(parsing: text) { return reference }
        throw CommandError(
            "\(text): registries come with a later version; this one knows oci:, oci-archive:, docker-archive: and dir:"
        )
    }

    private static func unsupported(_ reference: TransportReference) -> CommandError {
        CommandError(
            "transport \(reference.transport.rawValue) is not supported yet: use oci:, oci-archive:, docker-archive: or dir:"
        )
    }
}

/// The platform that a flag asks for.
enum Platforms {
    static func wanted(_ text: String?) throws -> Platform {
        guard let text, !text.isEmpty else { return Platform.host }
        return try Platform.parse(text)
    }
}
