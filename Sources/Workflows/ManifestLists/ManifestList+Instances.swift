package import ContainerStore
import ContentDigest
package import ImageModel

extension ManifestList {
    /// The best entry for a platform; nil when none matches.
    package func entry(for platform: Platform) -> Descriptor? {
        Platform.bestMatch(in: index.manifests, wanted: platform)
    }

    /// The image of the store that is listed for a platform.
    ///
    /// - Throws: ``ManifestListError`` with `notFound`: no entry matches, or the image is not in the store.
    package func image(for platform: Platform, in store: ContainerStore) throws -> ImageRecord {
        let name = names.first ?? id
        guard let entry = entry(for: platform) else {
            let present = index.manifests.compactMap { $0.platform?.description }.joined(separator: ", ")
            throw ManifestListError(
                .notFound,
                "\(name): no image found in manifest list for \(platform)"
                    + (present.isEmpty ? ": it is empty" : "; it has: \(present)"))
        }
        guard let image = try image(entry.digest, in: store) else {
            throw ManifestListError(
                .notFound, "could not find image instance \(entry.digest) of manifest list \(name) in local storage")
        }
        return image
    }

    /// The image of the store with this manifest; nil when missing.
    func image(_ digest: Digest, in store: ContainerStore) throws -> ImageRecord? {
        if let place = places[digest].flatMap(StoreReferencePrefix.init(parsing:)),
            let image = try store.image(place.image),
            image.id == place.image, image.digests.contains(digest.description)
        {
            return image
        }
        return try store.images(withDigest: digest).first { $0.id != id }
    }

    /// The image that a record refers to: itself, or for a list the one for a platform. Throws as `image(for:in:)`
    /// does.
    package static func image(
        behind record: ImageRecord, for platform: Platform = .host, in store: ContainerStore
    ) throws -> ImageRecord {
        guard try isList(record, in: store) else { return record }
        return try ManifestList(record, in: store).image(for: platform, in: store)
    }

    /// The images listed in manifest lists of the store: pruning them as unused would break those lists.
    package static func listedImages(in store: ContainerStore) throws -> Set<String> {
        var listed: Set<Digest> = []
        let images = try store.images()
        for record in images where try isList(record, in: store) {
            guard let list = try? ManifestList(record, in: store) else { continue }
            listed.formUnion(list.index.manifests.map(\.digest))
        }
        if listed.isEmpty { return [] }
        let texts = Set(listed.map(\.description))
        return Set(images.filter { !texts.isDisjoint(with: $0.digests) }.map(\.id))
    }
}
