package import ContentDigest
package import JSONText

/// An image's record in `images.json`.
package struct ImageRecord: Sendable, Equatable {
    /// For images of container tools, the hexadecimal digits of the config's digest.
    package var id: String
    /// The manifest's digest.
    package var digest: Digest?
    /// Fully qualified names (`localhost/my-image:latest`), each of which belongs to only one image.
    package internal(set) var names: [String] = []
    /// Every name the image ever had, latest first.
    package var namesHistory: [String] = []
    /// The id of the topmost layer; nil for a manifest list and for an image without layers.
    package var topLayer: String?
    /// Copies of the topmost layer for other id maps.
    package var mappedTopLayers: [String] = []
    /// An opaque string of the image's creator: for containers/image, JSON with the sizes of signatures.
    package var metadata = ""
    /// The names of the pieces of big data, in the order in which they were added.
    package var bigDataNames: [String] = []
    /// Their sizes in bytes, by name.
    package var bigDataSizes: [String: Int64] = [:]
    /// Their digests, by name.
    package var bigDataDigests: [String: String] = [:]
    /// RFC 3339 with up to nanoseconds.
    package var created: String
    /// Flags as set by tools.
    package var flags = JSONObject()
    /// Whether the image is in an additional store.
    package internal(set) var isReadOnly = false
    /// Unknown fields, kept for other versions.
    var rest = JSONObject()

    /// Creates a record with only these values.
    package init(id: String, topLayer: String?, created: String) {
        self.id = id
        self.topLayer = topLayer
        self.created = created
    }

    /// There is no volatile file for images.
    var isVolatile: Bool { false }

    /// Every digest by which the image can be found: that of the record and those of its manifests.
    package var digests: [String] {
        var digests = digest.map { [$0.description] } ?? []
        for (name, digest) in bigDataDigests where name.hasPrefix("manifest") && !digests.contains(digest) {
            digests.append(digest)
        }
        return digests
    }

    mutating func addToHistory(_ name: String) {
        namesHistory.removeAll { $0 == name }
        namesHistory.insert(name, at: 0)
    }
}

extension ImageRecord: StoreRecord {
    init(_ json: JSONValue, isVolatile: Bool) throws(StoreError) {
        var fields = try RecordFields(json)
        id = try fields.id()
        digest = try fields.digest("digest")
        names = try fields.strings("names")
        namesHistory = try fields.strings("names-history")
        topLayer = try fields.string("layer").flatMap { $0.isEmpty ? nil : $0 }
        if let topLayer, !StoreLayout.isSafeID(topLayer) {
            throw StoreError(.corrupt, "image \(id) has an invalid layer", subject: id)
        }
        mappedTopLayers = try fields.strings("mapped-layers")
        metadata = try fields.string("metadata") ?? ""
        bigDataNames = try fields.strings("big-data-names")
        bigDataSizes = try fields.sizes("big-data-sizes")
        bigDataDigests = try fields.texts("big-data-digests")
        created = try fields.string("created") ?? ""
        flags = try fields.object("flags")
        rest = fields.rest
    }

    func encoded() -> JSONValue {
        var builder = RecordBuilder()
        builder.set("id", id)
        builder.set("digest", digest?.description ?? "")
        builder.set("names", names)
        builder.set("names-history", namesHistory)
        builder.set("layer", topLayer ?? "")
        builder.set("mapped-layers", mappedTopLayers)
        builder.set("metadata", metadata)
        builder.set("big-data-names", bigDataNames)
        builder.set("big-data-sizes", bigDataSizes)
        builder.set("big-data-digests", bigDataDigests)
        builder.set("created", created)
        builder.set("flags", flags)
        builder.add(rest)
        return .object(builder.object)
    }
}
