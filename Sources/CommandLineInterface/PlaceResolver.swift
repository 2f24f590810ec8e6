import ImageCopy
import ImageModel
import ImageTransports

/// Turns `transport:reference` into somewhere to read from or write to: the one switch over transports.
enum PlaceResolver {
    static func destination(_ text: String) throws -> any ImageDestination {
        let reference = try reference(text)
        switch reference.transport {
        case .oci: return try OCILayoutDestination(OCILayoutReference(parsing: reference.rest))
        case .docker, .containersStorage, .ociArchive, .dockerArchive, .dir, .dockerDaemon, .tarball:
            throw unsupported(reference)
        }
    }

    /// A source, and the names that its image gets in the store.
    static func source(_ text: String, calledAs: String) throws -> (source: any ImageSource, names: [String]) {
        let reference = try reference(text)
        switch reference.transport {
        case .oci:
            let layout = try OCILayoutReference(parsing: reference.rest)
            let source = try OCILayoutSource(layout)
            return (source, try names(of: source, layout, calledAs: calledAs))
        case .docker, .containersStorage, .ociArchive, .dockerArchive, .dir, .dockerDaemon, .tarball:
            throw unsupported(reference)
        }
    }

    /// The layout's own name for the image if it has one, else the directory's; Buildah gives none in that case.
    private static func names(
        of source: OCILayoutSource, _ layout: OCILayoutReference, calledAs: String
    ) throws -> [String] {
        if let name = layout.name ?? source.image.annotations?["org.opencontainers.image.ref.name"] {
            return [try LocalNames.qualified(name)]
        }
        if calledAs == "buildah" { return [] }
        let directory = layout.path.split(separator: "/").last.map(String.init) ?? ""
        return (try? LocalNames.qualified(directory.lowercased())).map { [$0] } ?? []
    }

    private static func reference(_ text: String) throws -> TransportReference {
        if let reference = TransportReference(parsing: text) { return reference }
        throw CommandError("\(text): registries come with a later version; this one reads and writes oci:PATH[:TAG]")
    }

    private static func unsupported(_ reference: TransportReference) -> CommandError {
        CommandError("transport \(reference.transport.rawValue) is not supported yet: use oci:PATH[:TAG]")
    }
}

/// The platform that a flag asks for.
enum Platforms {
    static func wanted(_ text: String?) throws -> Platform {
        guard let text, !text.isEmpty else { return Platform.host }
        return try Platform.parse(text)
    }
}
