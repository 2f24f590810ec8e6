package import JSONText

/// A container as `containers.json` records it.
package struct ContainerRecord: Sendable, Equatable {
    /// Random hexadecimal digits.
    package var id: String
    /// Names, each of one container only.
    package internal(set) var names: [String] = []
    /// The id of the image it was made from; empty for one made from scratch.
    package var image: String
    /// The id of its own, writable layer.
    package var layer: String
    /// A text that the owner keeps: JSON for Podman, empty for Buildah.
    package var metadata = ""
    /// The names of the pieces of data, in the order in which they came.
    package var bigDataNames: [String] = []
    /// Their lengths in bytes, by name.
    package var bigDataSizes: [String: Int64] = [:]
    /// Their digests, by name.
    package var bigDataDigests: [String: String] = [:]
    /// RFC 3339 with up to nanoseconds.
    package var created: String
    /// The id map for users as it stands in the file; nil for the store's own.
    package var uidMap: JSONValue?
    /// The id map for groups as it stands in the file; nil for the store's own.
    package var gidMap: JSONValue?
    /// Labels and whether it is volatile, as the owner set them.
    package var flags = JSONObject()
    /// Whether the record lies in the file for what need not survive a crash of the machine.
    package internal(set) var isVolatile = false
    /// Fields of other versions.
    var rest = JSONObject()

    /// A record with these values and nothing else.
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
