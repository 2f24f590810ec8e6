package import ContentDigest
package import ImageModel
import JSONText
import LinuxSystem

extension CacheTable {
    /// Reads a document, of this or another builder.
    ///
    /// - Parameter blobs: the blobs in the cache's manifest: only these are used.
    /// - Throws: ``BuildCacheError`` if it violates the format or exceeds a limit.
    package init(parsing bytes: [UInt8], blobs: [Descriptor]) throws(BuildCacheError) {
        let document = try Self.document(bytes)
        guard document.object != nil else { throw BuildCacheError("the cache configuration is not a JSON object") }
        let known = Dictionary(blobs.map { ($0.digest, $0) }) { first, _ in first }
        let layers = try Self.list(document["layers"], "layers")
        var table: [CachedStep.Layer?] = []
        for (index, layer) in layers.enumerated() { table.append(try Self.layer(layer, index, known)) }
        try self.init(records: Self.list(document["records"], "records"), layers: table)
    }

    /// Reads the records in the configuration of an image, whose layers these are, base first.
    package init(
        parsingRecords bytes: [UInt8], blobs: [Descriptor], diffIDs: [Digest]
    ) throws(BuildCacheError) {
        guard blobs.count == diffIDs.count else {
            throw BuildCacheError("the manifest has \(blobs.count) layers, the configuration \(diffIDs.count)")
        }
        let layers = zip(blobs, diffIDs).map { CachedStep.Layer(diffID: $1, size: nil, blob: $0) }
        try self.init(records: Self.list(try Self.document(bytes), "records"), layers: layers)
    }

    private init(records: [JSONValue], layers: [CachedStep.Layer?]) throws(BuildCacheError) {
        self.init()
        for (index, record) in records.enumerated() {
            guard record.object != nil else { throw BuildCacheError("record \(index) is not a JSON object") }
            guard let own = record[Self.ownMember] else {
                noteForeignRecord()
                continue
            }
            add(try Self.step(record, own, index, layers))
        }
    }

    private static func document(_ bytes: [UInt8]) throws(BuildCacheError) -> JSONValue {
        guard bytes.count <= maximumSize else {
            throw BuildCacheError("the cache configuration has \(bytes.count) bytes, more than \(maximumSize)")
        }
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw BuildCacheError("the cache configuration is not JSON: \(error)")
        }
    }

    private static func list(_ value: JSONValue?, _ name: String) throws(BuildCacheError) -> [JSONValue] {
        guard let value, !value.isNull else { return [] }
        guard let list = value.array else { throw BuildCacheError("\(name) is not a list") }
        guard list.count <= maximumCount else {
            throw BuildCacheError("there are \(list.count) \(name), more than \(maximumCount)")
        }
        return list
    }

    /// A layer of the table; nil if the manifest does not have it, or its content is not identified.
    private static func layer(
        _ value: JSONValue, _ index: Int, _ blobs: [Digest: Descriptor]
    ) throws(BuildCacheError) -> CachedStep.Layer? {
        guard let digest = value["blob"]?.string.flatMap({ Digest($0) }) else {
            throw BuildCacheError("layer \(index) has no valid digest")
        }
        guard let blob = blobs[digest], blob.mediaType.isLayer else { return nil }
        let text = value["annotations"]?["diffID"]?.string ?? blob.annotations?[uncompressed]
        guard let diffID = text.flatMap({ Digest($0) }), diffID.algorithm == .sha256 else { return nil }
        return CachedStep.Layer(diffID: diffID, size: nil, blob: blob)
    }

    private static func step(
        _ record: JSONValue, _ own: JSONValue, _ index: Int, _ layers: [CachedStep.Layer?]
    ) throws(BuildCacheError) -> CachedStep {
        guard let digest = record["digest"]?.string.flatMap({ Digest($0) }), digest.algorithm == .sha256 else {
            throw BuildCacheError("record \(index) has no valid digest")
        }
        guard let created = own["created"]?.string.flatMap(Clock.parseRFC3339) else {
            throw BuildCacheError("record \(index) has no valid time")
        }
        var step = CachedStep(
            key: digest.hex, parent: own["parent"]?.string, layer: nil, created: created,
            note: own["note"]?.string ?? "")
        if let parent = step.parent, !isLayerID(parent) {
            throw BuildCacheError("record \(index) has an invalid parent")
        }
        guard let results = record["layers"]?.array, let result = results.first else { return step }
        guard let place = result["layer"]?.integer.flatMap({ Int(exactly: $0) }), layers.indices.contains(place) else {
            throw BuildCacheError("record \(index) names a layer that is not in the table")
        }
        guard var layer = layers[place] else {
            throw BuildCacheError("record \(index): the manifest does not have its layer")
        }
        if let size = own["size"]?.integer {
            guard size >= 0 else { throw BuildCacheError("record \(index): the size of its layer is negative") }
            layer.size = size
        }
        step.layer = layer
        return step
    }

    private static func isLayerID(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
