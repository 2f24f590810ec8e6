package import JSONText

/// A container's record in `containers.json`.
package struct ContainerRecord: Sendable, Equatable {
    /// Random hexadecimal digits.
    package var id: String
    /// Names, each of which belongs to only one container.
    package var names: [String] = []
    /// The id of the image it was created from; empty if it was created from scratch.
    package var image: String
    /// The id of its own, writable layer.
    package var layer: String
    /// An opaque string of the owner: JSON for Podman, empty for Buildah.
    package var metadata = ""
    /// The names of the pieces of big data, in the order in which they were added.
    package var bigDataNames: [String] = []
    /// Their sizes in bytes, by name.
    package var bigDataSizes: [String: Int64] = [:]
    /// Their digests, by name.
    package var bigDataDigests: [String: String] = [:]
    /// RFC 3339 with up to nanoseconds.
    package var created: String
    /// The id map for users as in the file; nil for the store's own.
    package var uidMap: JSONValue?
    /// The id map for groups as in the file; nil for the store's own.
    package var gidMap: JSONValue?
    /// Flags such as labels and volatility, as the owner set them.
    package var flags = JSONObject()
    /// Whether the record is in the file for containers that need not survive a system crash.
    package internal(set) var isVolatile = false
    /// Unknown fields, kept for other versions.
    var rest = JSONObject()

    /// Creates a record with only these values.
    package init(id: String, image: String, layer: String, created: String) {
        self.id = id
        self.image = image
        self.layer = layer
        self.created = created
    }
}

extension ContainerRecord: StoreRecord {
    init(_ json: JSONValue, isVolatile: Bool) throws(StoreError) {
        var fields = try RecordFields(json)
        id = try fields.id()
        names = try fields.strings("names")
        image = try fields.string("image") ?? ""
        layer = try fields.string("layer") ?? ""
        guard layer.isEmpty || StoreLayout.isSafeID(layer) else {
            throw StoreError(.corrupt, "container \(id) has an invalid layer", subject: id)
        }
        metadata = try fields.string("metadata") ?? ""
        bigDataNames = try fields.strings("big-data-names")
        bigDataSizes = try fields.sizes("big-data-sizes")
        bigDataDigests = try fields.texts("big-data-digests")
        created = try fields.string("created") ?? ""
        uidMap = fields.value("uidmap")
        gidMap = fields.value("gidmap")
        flags = try fields.object("flags")
        self.isVolatile = isVolatile
        rest = fields.rest
    }

    func encoded() -> JSONValue {
        var builder = RecordBuilder()
        builder.set("id", id)
        builder.set("names", names)
        builder.set("image", image, always: true)
        builder.set("layer", layer, always: true)
        builder.set("metadata", metadata)
        builder.set("big-data-names", bigDataNames)
        builder.set("big-data-sizes", bigDataSizes)
        builder.set("big-data-digests", bigDataDigests)
        builder.set("created", created)
        builder.set("uidmap", uidMap)
        builder.set("gidmap", gidMap)
        builder.set("flags", flags)
        builder.add(rest)
        return .object(builder.object)
    }
}
