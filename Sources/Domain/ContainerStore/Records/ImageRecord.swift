package import ContentDigest
package import JSONText

/// An image as `images.json` records it.
package struct ImageRecord: Sendable, Equatable {
    /// The hexadecimal digits of the config's digest, for what container tools make.
    package var id: String
    /// The manifest's digest.
    package var digest: Digest?
    /// Fully qualified names (`localhost/my-image:latest`), each of one image only.
    package internal(set) var names: [String] = []
    /// Every name the image ever had, the latest first.
    package var namesHistory: [String] = []
    /// The id of the uppermost layer; nil for a manifest list and for an image without layers.
    package var topLayer: String?
    /// Copies of the uppermost layer for other id maps.
    package var mappedTopLayers: [String] = []
    /// A text of the image's maker: for containers/image JSON with the sizes of signatures.
    package var metadata = ""
    /// The names of the pieces of data, in the order in which they came.
    package var bigDataNames: [String] = []
    /// Their lengths in bytes, by name.
    package var bigDataSizes: [String: Int64] = [:]
    /// Their digests, by name.
    package var bigDataDigests: [String: String] = [:]
    /// RFC 3339 with up to nanoseconds.
    package var created: String
    /// Whatever tools have set.
    package var flags = JSONObject()
    /// Whether the image lies in an additional store.
    package internal(set) var isReadOnly = false
    /// Fields of other versions.
    var rest = JSONObject()

    /// A record with these values and nothing else.
    package init(id: String, topLayer: String?, created: String) {
        self.id = id
        self.topLayer = topLayer
        self.created = created
    }

    /// Images are never kept in a volatile file.
    var isVolatile: Bool { false }

    /// Every digest by which the image is known: that of the record and those of its manifests.
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
