package import ContainerStore
import ContentDigest
package import ImageModel

extension ManifestList {
    /// Adds images of the store to the list of that name, creating it if needed; all at once.
    ///
    /// - Parameters:
    ///   - images: each with the platform for its entry; nil: that of its configuration.
    ///   - attested: lists of these images with what is attested of them.
    ///   - annotations: added to those of the list itself.
    /// - Returns: the list's id.
    /// - Throws: ``ManifestListError`` with `notAList` when the name belongs to an image.
    @discardableResult
    package static func add(
        _ images: [(image: ImageRecord, platform: Platform?)], toListNamed name: String,
        attested: [ManifestList] = [], annotations: [String: String] = [:], in store: ContainerStore
    ) throws -> String {
        func fill(_ list: inout ManifestList) throws {
            list.annotate(annotations)
            try list.fill(with: images, from: store)
            for other in attested { list.add(contentsOf: other) }
        }
        if let record = try store.findImage(name)?.image, record.names.contains(name) {
            return try change(record, in: store, fill).list.id
        }
        var list = ManifestList(names: [name])
        try fill(&list)
        do {
            try list.create(in: store)
            return list.id
        } catch let error as ManifestListError where error.code == .exists {
            // Another process has created it in the meantime.
            guard let record = try store.image(name) else { throw error }
            return try change(record, in: store, fill).list.id
        }
    }

    /// Creates a list of images of the store under these names, which it takes from images that have them.
    ///
    /// - Returns: the list's id.
    package static func create(
        named names: [String], of images: [(image: ImageRecord, platform: Platform?)],
        annotations: [String: String] = [:], in store: ContainerStore
    ) throws -> String {
        var list = ManifestList(names: names)
        list.annotate(annotations)
        try list.fill(with: images, from: store)
        try list.create(in: store, takesNames: true)
        return list.id
    }

    mutating func fill(
        with images: [(image: ImageRecord, platform: Platform?)], from store: ContainerStore
    ) throws {
        for (image, platform) in images {
            let added = try add(try ListCandidate(image, in: store), .all)
            guard let platform else { continue }
            var notes = EntryAnnotations()
            notes.os = platform.os
            notes.architecture = platform.architecture
            notes.variant = platform.variant
            for digest in added { try annotate(digest, notes) }
        }
    }
}
