import CommandLineGrammar
import ContainerStore
import ContentDigest
import ImageCopy
import ImageModel
import ImageTransports

/// An image to inspect: a name in the store, or `transport:reference`.
struct InspectionTarget {
    let image: InspectableImage
    /// The record of an image in the store.
    let record: ImageRecord?

    /// - Parameter store: already open, since no descriptor may be older than the namespaces.
    init(_ text: String, in store: ContainerStore, _ arguments: ParsedArguments, _ session: Session) throws {
        var name = text
        if let reference = TransportReference(parsing: text) {
            guard reference.transport == .containersStorage else {
                image = InspectableImage(
                    try Transports.resolver(for: [text], arguments, prefix: "", session).source(text))
                record = nil
                return
            }
            name = reference.rest
        }
        guard let found = try store.findImage(name) else { throw CommandError("\(text): image not known") }
        record = found.image
        image = InspectableImage(
            found.image, name: found.name ?? found.image.names.first ?? found.image.id, in: store)
    }

    /// The image's manifest; for an index, that of the image for `platform`.
    func chosenManifest(for platform: Platform) throws -> RawManifest {
        guard let raw = try image.manifest() else { throw CommandError("\(image.name): no manifest") }
        guard raw.mediaType.isIndex else { return raw }
        let index = try raw.decodeIndex()
        guard let chosen = Platform.bestMatch(in: index.manifests, wanted: platform) else {
            let present = index.manifests.compactMap { $0.platform?.description }.joined(separator: ", ")
            throw CommandError("\(image.name) has no image for \(platform); it has: \(present)")
        }
        guard let manifest = try image.manifest(chosen.digest) else {
            throw CommandError("\(image.name): its manifest \(chosen.digest) is missing")
        }
        return manifest
    }
}
