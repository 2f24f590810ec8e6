import ContainerStore
import ImageModel
import LinuxSystem
import WorkingContainers

/// A line of `images`: an image under one of its names.
struct ImageListing {
    let record: ImageRecord
    let repository: String
    let tag: String
    let size: Int64
    let created: FileTime

    /// All listings of an image: one per name, or one without a name.
    static func listings(of record: ImageRecord, in store: ContainerStore) throws -> [ImageListing] {
        let size = try ImageListing.size(of: record, in: store)
        let created = Clock.parseRFC3339(record.created) ?? FileTime(seconds: 0)
        if record.names.isEmpty {
            return [ImageListing(record: record, repository: "<none>", tag: "<none>", size: size, created: created)]
        }
        return record.names.map { name in
            let reference = try? ImageReference(parsing: name)
            return ImageListing(
                record: record, repository: reference?.name ?? name, tag: reference?.tag ?? "<none>", size: size,
                created: created)
        }
    }

    /// The image's former names, latest first, without the listing's own.
    var history: String {
        var names = record.namesHistory
        if names.first == "\(repository):\(tag)" { names.removeFirst() }
        return names.isEmpty ? "<none>" : names.joined(separator: ", ")
    }

    /// The uncompressed size of the image, including its data. Layers without a record (`system check` reports them) count
    /// for nothing: one damaged image must not hide all others.
    static func size(of record: ImageRecord, in store: ContainerStore) throws -> Int64 {
        let layers = try record.topLayer.map { try store.presentLayers($0) } ?? []
        return layers.lazy.map(\.diffSize).sumOfSizes().addingSaturated(record.bigDataSizes.values.sumOfSizes())
    }
}

extension ImageRecord {
    /// The names that the image had before its latest.
    var formerNames: ArraySlice<String> {
        namesHistory.first == names.last ? namesHistory.dropFirst() : namesHistory[...]
    }
}
