package import ContentDigest
package import JSONText

/// A layer's record in `layers.json`.
package struct LayerRecord: Sendable, Equatable {
    /// Hexadecimal digits: derived from the content for image layers, random for containers' layers.
    package var id: String
    /// Names; Podman calls a container's layer `NAME-layer`.
    package var names: [String] = []
    /// The id of the layer below; nil for a base layer.
    package var parent: String?
    /// An opaque string of the layer's creator.
    package var metadata = ""
    /// The SELinux label to mount with.
    package var mountLabel = ""
    /// RFC 3339 with up to nanoseconds.
    package var created: String
    /// The digest of the archive as received; nil for a container's layer.
    package var compressedDigest: Digest?
    /// The size of the archive as received.
    package var compressedSize: Int64 = 0
    /// The digest of the uncompressed archive; nil for a container's layer.
    package var diffID: Digest?
    /// The size of the uncompressed archive.
    package var diffSize: Int64 = 0
    /// How the archive was compressed: 0 uncompressed, 1 bzip2, 2 gzip, 3 xz, 4 zstd.
    package var compression: Int64 = 0
    /// User ids that occur in the layer.
    package var uids: [UInt32] = []
    /// Group ids that occur in the layer.
    package var gids: [UInt32] = []
    /// `incomplete` while it is being filled or removed; others as set by tools.
    package var flags = JSONObject()
    /// The id map with which the files were written, as in the file; nil for the store's own.
    package var uidMap: JSONValue?
    /// The same for group ids.
    package var gidMap: JSONValue?
    /// The names of the layer's pieces of big data.
    package var bigDataNames: [String] = []
    /// Whether the layer is in an additional store.
    package internal(set) var isReadOnly = false
    /// Whether the record is in the file for layers that need not survive a system crash.
    package internal(set) var isVolatile = false
    /// Unknown fields, kept for other versions.
    var rest = JSONObject()

    /// Creates a record with only these values.
    package init(id: String, parent: String?, created: String) {
        self.id = id
        self.parent = parent
        self.created = created
    }

    /// The digest of the uncompressed archive, as far as it is known; nil for a container's layer.
    ///
    /// A layer that was pulled by its table of contents has none of its own: nobody has seen its archive. The image's
    /// configuration promises this one; whoever reassembles the archive must verify it.
    package var contentDigest: Digest? {
        if let diffID { return diffID }
        guard rest["toc-digest"]?.string?.isEmpty == false else { return nil }
        return flags["expected-layer-diffid"]?.string.flatMap { Digest($0) }
    }

    /// The size of the uncompressed archive; negative if it is unknown.
    package var contentSize: Int64 { diffID == nil && diffSize <= 0 ? -1 : diffSize }

    /// Whether a process died while filling or removing the layer: whoever loads the file for writing removes it.
    package var isIncomplete: Bool { flags["incomplete"]?.bool == true }

    /// The id of the layer with this content on top of `parent`: the diff ID's digits for a base layer, otherwise the
    /// SHA-256 of `PARENT+DIFFID`.
    package static func identifier(parent: String?, diffID: Digest) -> String {
        guard let parent, !parent.isEmpty else { return diffID.hex }
        return Digest.sha256(of: "\(parent)+\(diffID.hex)").hex
    }
}

extension LayerRecord: StoreRecord {
    init(_ json: JSONValue, isVolatile: Bool) throws(StoreError) {
        var fields = try RecordFields(json)
        id = try fields.id()
        names = try fields.strings("names")
        parent = try fields.string("parent").flatMap { $0.isEmpty ? nil : $0 }
        if let parent, !StoreLayout.isSafeID(parent) {
            throw StoreError(.corrupt, "layer \(id) has an invalid parent", subject: id)
        }
        metadata = try fields.string("metadata") ?? ""
        mountLabel = try fields.string("mountlabel") ?? ""
        created = try fields.string("created") ?? ""
        compressedDigest = try fields.digest("compressed-diff-digest")
        compressedSize = try fields.integer("compressed-size") ?? 0
        diffID = try fields.digest("diff-digest")
        diffSize = try fields.integer("diff-size") ?? 0
        compression = try fields.integer("compression") ?? 0
        uids = try fields.ids("uidset")
        gids = try fields.ids("gidset")
        flags = try fields.object("flags")
        uidMap = fields.value("uidmap")
        gidMap = fields.value("gidmap")
        bigDataNames = try fields.strings("big-data-names")
        self.isVolatile = isVolatile
        rest = fields.rest
    }

    func encoded() -> JSONValue {
        var builder = RecordBuilder()
        builder.set("id", id)
        builder.set("names", names)
        builder.set("parent", parent ?? "")
        builder.set("metadata", metadata)
        builder.set("mountlabel", mountLabel)
        builder.set("created", created)
        builder.set("compressed-diff-digest", compressedDigest?.description ?? "")
        builder.set("compressed-size", compressedSize)
        builder.set("diff-digest", diffID?.description ?? "")
        builder.set("diff-size", diffSize)
        builder.set("compression", compression)
        builder.set("uidset", uids)
        builder.set("gidset", gids)
        builder.set("flags", flags)
        builder.set("uidmap", uidMap)
        builder.set("gidmap", gidMap)
        builder.set("big-data-names", bigDataNames)
        builder.add(rest)
        return .object(builder.object)
    }
}
