package import ContainerStore
import ContentDigest
package import ImageModel
package import ImageTransports
import JSONText

/// Something that can be added to a list: an image, or another list, in the store or behind a transport.
package struct ListCandidate {
    /// Its manifest or index.
    package let manifest: RawManifest
    /// The record, if it is a list of the store.
    private let record: ImageRecord?
    /// Reads the configuration of an image.
    let config: (Descriptor) throws -> [UInt8]
    /// A reference to an image, by its manifest's digest, for reading it later.
    let place: (Digest) -> String

    /// An image or a list behind a transport.
    ///
    /// - Parameter place: the reference to keep, which must not depend on the working directory.
    package init(_ source: any ImageSource, place: String) throws {
        manifest = try source.manifest(nil)
        record = nil
        config = { try source.readBlob($0) }
        self.place = { _ in place }
    }

    /// An image or a list of the store.
    package init(_ record: ImageRecord, in store: ContainerStore) throws {
        guard let found = try store.manifest(of: record) else {
            throw ManifestListError(.notFound, "image \(record.id) has no manifest")
        }
        manifest = found
        self.record = record
        config = { descriptor in
            guard let config = try store.configuration(descriptor.digest, of: record) else {
                throw ManifestListError(.notFound, "image \(record.id) has no configuration \(descriptor.digest)")
            }
            return config
        }
        let own = StoreReferencePrefix(image: record.id).description(in: store)
        guard manifest.isIndex else {
            place = { _ in own }
            return
        }
        let known = try ManifestList(record, in: store).places
        let images = try store.images()
        place = { digest in
            if let place = known[digest] { return place }
            let image = images.first { $0.digests.contains(digest.description) }
            return image.map { StoreReferencePrefix(image: $0.id).description(in: store) } ?? own
        }
    }

    /// The entry for a single image, with the platform of its configuration.
    func entry() throws -> Descriptor {
        var entry = manifest.descriptor
        guard !manifest.mediaType.isSchema1 else {
            throw ManifestListError(.unsupported, "images of type \(manifest.mediaType) cannot be listed")
        }
        let decoded = try manifest.decodeManifest()
        entry.artifactType = decoded.artifactType
        guard decoded.config.mediaType.isImageConfig else {
            if entry.artifactType == nil { entry.artifactType = decoded.config.mediaType.rawValue }
            return entry
        }
        let platform = try ImageConfig(parsing: config(decoded.config)).platform
        if !platform.os.isEmpty || !platform.architecture.isEmpty { entry.platform = platform }
        return entry
    }
}

/// The form in which lists refer to an image of the store: `containers-storage:[driver@graphroot+runroot]name@id`.
struct StoreReferencePrefix {
    let image: String

    init(image: String) {
        self.image = image
    }

    /// Parses a reference; nil unless it has an id.
    init?(parsing text: String) {
        let prefix = "\(TransportReference.Transport.containersStorage.rawValue):"
        guard text.hasPrefix(prefix), let at = text.lastIndex(of: "@") else { return nil }
        let id = text[text.index(after: at)...]
        guard ReferenceGrammar.isIdentifier(id) else { return nil }
        image = String(id)
    }

    func description(in store: ContainerStore) -> String {
        let layout = store.layout
        return "\(TransportReference.Transport.containersStorage.rawValue):"
            + "[\(layout.driver)@\(layout.graphRoot)+\(layout.runRoot)]@\(image)"
    }
}

extension ListCandidate {
    /// The list of the store; nil when it is an image, or not in the store.
    package func list(in store: ContainerStore) throws -> ManifestList? {
        guard manifest.isIndex, let record else { return nil }
        return try ManifestList(record, in: store)
    }

    /// Its descriptor.
    package var descriptor: Descriptor { manifest.descriptor }
}

extension ListCandidate {
    /// The platforms of its images, except attestations, which have none.
    package var platforms: [Platform] {
        get throws {
            let entries = try manifest.isIndex ? manifest.decodeIndex().manifests : [entry()]
            return entries.compactMap(\.platform).filter { $0.os != "unknown" && !$0.os.isEmpty }
        }
    }
}
