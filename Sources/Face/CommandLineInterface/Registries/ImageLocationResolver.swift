import CommandLineGrammar
import Distribution
import Glibc
import ImageCopy
import ImageModel
import ImageTransports

/// Resolves locations of images, and the names of their images in the store.
enum ImageLocationResolver {
    static func destination(_ text: String, _ registries: RegistryAccess) throws -> any ImageDestination {
        let target = try resolver(registries).target(reference(text).description)
        guard case .destination(let destination) = target else { throw storeNamed(text) }
        return destination
    }

    /// A source, and the names of its image in the store.
    static func source(
        _ text: String, calledAs: String, _ registries: RegistryAccess
    ) throws -> (source: any ImageSource, names: [String]) {
        let reference = reference(text)
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
            let place = archive.index ?? (contents.images.count == 1 ? 0 : -1)
            let tags = contents.images.indices.contains(place) ? contents.images[place].tags : []
            return (source, try (archive.image.map { [$0.description] } ?? tags).map { try LocalNames.qualified($0) })
        case .docker:
            return try docker(TransportResolver.dockerReference(reference), registries)
        case .dockerDaemon:
            let name = try DockerDaemonReference(parsing: reference.rest).tagged
            return (try resolver(registries).source(reference.description), name.map { [$0.description] } ?? [])
        default: return (try resolver(registries).source(reference.description), [])
        }
    }

    /// An image in a registry, which keeps its name in the store; given both tag and digest, the digest is kept.
    static func docker(
        _ reference: ImageReference, _ registries: RegistryAccess
    ) throws -> (source: any ImageSource, names: [String]) {
        let source = try DockerSource(reference, access: registries)
        let name = reference.digest == nil ? reference : reference.withoutTag()
        return (source, [name.description])
    }

    private static func resolver(_ registries: RegistryAccess) -> TransportResolver {
        var resolver = TransportResolver { _ in
            throw CommandError("containers-storage: these commands already use the store")
        }
        resolver.registries = registries
        return resolver
    }

    private static func storeNamed(_ text: String) -> CommandError {
        CommandError("\(text): the image is in a store already; tag it there")
    }

    /// The layout's name for the image if it has one, otherwise that of the directory; Buildah uses none in that case.
    /// Docker, containerd and BuildKit write the full name as an annotation of their own, and only the tag as the other.
    private static func names(
        _ image: Descriptor, _ layout: OCILayoutReference, calledAs: String
    ) throws -> [String] {
        let notes = image.annotations ?? [:]
        let full = notes["io.containerd.image.name"].flatMap { $0.isEmpty ? nil : try? LocalNames.qualified($0) }
        // What the user typed counts more than what a stranger wrote into a layout.
        if let full, layout.name == nil { return [full] }
        if let name = layout.name ?? notes["org.opencontainers.image.ref.name"] {
            return [try LocalNames.qualified(name)]
        }
        if calledAs == "buildah" { return [] }
        let directory = layout.path.split(separator: "/").last.map(String.init) ?? ""
        return (try? LocalNames.qualified(directory.lowercased())).map { [$0] } ?? []
    }

    /// `transport:reference` in a form that can be stored: files with absolute paths.
    static func absolute(_ reference: TransportReference) -> String {
        switch reference.transport {
        case .docker, .dockerDaemon, .containersStorage: return reference.description
        case .oci, .ociArchive, .dockerArchive, .dir, .tarball:
            guard !reference.rest.hasPrefix("/"), let directory = getcwd(nil, 0) else { return reference.description }
            defer { free(directory) }
            return "\(reference.transport.rawValue):\(String(cString: directory))/\(reference.rest)"
        }
    }

    /// A name without a transport refers to a registry.
    private static func reference(_ text: String) -> TransportReference {
        TransportReference(parsing: text) ?? TransportReference(.docker, "//\(text)")
    }
}

/// Parses platforms from flags.
enum Platforms {
    /// Like in Buildah, slashes at the ends do not count.
    static func wanted(_ text: String?) throws -> Platform {
        guard var text = text.map({ $0[...] }) else { return Platform.host }
        while text.hasPrefix("/") { text.removeFirst() }
        while text.hasSuffix("/") { text.removeLast() }
        guard !text.isEmpty else { return Platform.host }
        do {
            return try Platform.parse(String(text))
        } catch {
            throw CommandError(
                "invalid platform syntax for \(String(text).goQuoted) (use OS/ARCH[/VARIANT][,...]): \(error)")
        }
    }
}
