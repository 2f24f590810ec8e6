import CommandLineGrammar
import ContainersConfig
import Distribution
import Glibc
import ImageCopy
import ImageModel
import ImageTransports
import LinuxSystem

/// An image to synchronize.
struct SyncImage {
    /// `transport:reference`.
    let reference: String
    /// The suffix of the destination's name, scoped.
    let suffix: String
    /// The repository or directory in which it was found.
    let origin: String
    /// The access to its registry.
    let access: RegistryAccess

    func open(_ resolver: TransportResolver) throws -> any ImageSource {
        var resolver = resolver
        resolver.registries = access
        return try resolver.source(reference)
    }
}

/// Finds the images in a sync's source.
struct SyncListing {
    let access: RegistryAccess
    let arguments: ParsedArguments
    let session: Session

    func images(of source: String, transport: String) throws -> [SyncImage] {
        let found: [SyncImage] =
            switch transport {
            case "docker": try repository(source)
            case "dir": try directories(below: source)
            default: try file(source)
            }
        guard !found.isEmpty else { throw CommandError("no images to sync found in \"\(source)\"") }
        return found
    }

    private func repository(_ text: String) throws -> [SyncImage] {
        let name = try ImageReference(parsing: text)
        let tags = name.tag == nil && name.digest == nil ? try DockerRepository(name, access: access).tags() : []
        let references = try tags.isEmpty ? [name.withDefaultTag()] : tags.map { try name.withTag($0) }
        return references.map { image($0, access) }
    }

    private func image(_ reference: ImageReference, _ access: RegistryAccess) -> SyncImage {
        SyncImage(
            reference: "docker://\(reference)", suffix: reference.description, origin: reference.name, access: access)
    }

    // MARK: Directories

    /// Every directory with a manifest at or below a path.
    private func directories(below path: String) throws -> [SyncImage] {
        let base = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard Files.exists(base) else { throw CommandError("\(base): no such directory") }
        var found: [SyncImage] = []
        var left = [base]
        while let directory = left.popLast() {
            let entries = try Files.entries(of: OwnedFD.open(directory, O_RDONLY | O_DIRECTORY)).map(\.text).sorted()
            if entries.contains("manifest.json") {
                let below = String(directory.dropFirst(base.count))
                let suffix = below.isEmpty ? base.split(separator: "/").last.map(String.init) ?? base : below
                found.append(SyncImage(reference: "dir:\(directory)", suffix: suffix, origin: base, access: access))
            }
            for entry in entries.reversed() {
                let child = "\(directory)/\(entry)"
                if try Files.status(child).kind == .directory { left.append(child) }
            }
        }
        return found
    }

    // MARK: A file

    private func file(_ path: String) throws -> [SyncImage] {
        let bytes = try Files.readFile(path, limit: 1 << 20)
        let document = try SyncDocument(parsing: String(decoding: bytes, as: UTF8.self), path: path)
        var found: [SyncImage] = []
        for registry in document.registries {
            let access = try access(to: registry)
            for (repository, tags) in registry.images {
                let name = try ImageReference(parsing: "\(registry.host)/\(repository)")
                let chosen = try tags.isEmpty ? DockerRepository(name, access: access).tags() : tags
                for tag in chosen { found.append(image(try Self.reference(name, tag), access)) }
            }
            for (repository, pattern) in registry.patterns {
                let name = try ImageReference(parsing: "\(registry.host)/\(repository)")
                let expression = try Self.expression(pattern)
                let tags = try DockerRepository(name, access: access).tags()
                for tag in tags where tag.firstMatch(of: expression) != nil {
                    found.append(image(try name.withTag(tag), access))
                }
            }
        }
        return found
    }

    private static func reference(_ name: ImageReference, _ tag: String) throws -> ImageReference {
        guard tag.contains(":") else { return try name.withTag(tag) }
        return try ImageReference(parsing: "\(name)@\(tag)")
    }

    private static func expression(_ pattern: String) throws -> Regex<AnyRegexOutput> {
        do {
            return try Regex(pattern)
        } catch {
            throw CommandError("invalid expression \"\(pattern)\": \(error)")
        }
    }

    private func access(to registry: SyncDocument.Registry) throws -> RegistryAccess {
        var options = access.options
        if let user = registry.user { options.credentials = .password(user: user, password: registry.password ?? "") }
        if let directory = registry.certificateDirectory { options.certificateDirectory = directory }
        if let verifies = registry.verifiesTLS { options.verifiesTLS = verifies }
        return RegistryAccess(options, userAgent: RegistryFlags.userAgent(arguments))
    }
}
