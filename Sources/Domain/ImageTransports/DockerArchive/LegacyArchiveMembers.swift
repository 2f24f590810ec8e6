import ContentDigest
import ImageModel
import JSONText

/// The members of a `docker save` archive for readers older than Docker 1.10: a directory with a configuration for each
/// layer, which names its parent, and `repositories`, which names the topmost layer of each image.
struct LegacyArchiveMembers {
    private var written: Set<String> = []
    private var repositories: [String: [String: String]] = [:]

    /// Adds the directories of an image's layers.
    ///
    /// - Parameters:
    ///   - layers: the digests of the uncompressed layers, base first.
    ///   - file: the name of a layer's archive in the top directory.
    mutating func add(
        layers: [Digest], config: [UInt8], tags: [ImageReference], to writer: any ArchiveOutput,
        file: (Digest) -> String
    ) throws {
        let image = (try? JSONValue(parsing: config))?.object ?? JSONObject()
        var chain: String?
        var parent: String?
        for (place, layer) in layers.enumerated() {
            chain = chain.map { Digest.sha256(of: "\($0) \(layer)").description } ?? layer.description
            var object = JSONObject()
            if let parent { object["parent"] = .string(parent) }
            if place == layers.count - 1 {
                for key in [
                    "architecture", "config", "container", "container_config", "created", "docker_version", "os",
                ] {
                    object[key] = image[key] ?? .null
                }
            }
            // The id depends on all layers below, which are otherwise only named by the parent's id.
            var identity = object
            identity["layer_id"] = .string(chain ?? "")
            let id = Digest.sha256(of: Self.serialized(identity)).hex
            object["id"] = .string(id)
            if written.insert(id).inserted {
                try writer.addLink("\(id)/layer.tar", to: "../\(file(layer))")
                try writer.add("\(id)/VERSION", Array("1.0".utf8))
                try writer.add("\(id)/json", Self.serialized(object))
            }
            parent = id
        }
        guard let top = parent else { return }
        for tag in tags { repositories[tag.name, default: [:]][tag.tag ?? ImageReference.defaultTag] = top }
    }

    /// As Go's encoder writes a map, so that ids are those of the related tools.
    private static func serialized(_ object: JSONObject) -> [UInt8] {
        let sorted = object.keys.sorted().compactMap { key in object[key].map { (key, $0) } }
        return JSONValue.object(JSONObject(sorted)).serialized(escapeHTML: true)
    }

    /// Adds `repositories`.
    func finish(_ writer: any ArchiveOutput) throws {
        let names = repositories.sorted { $0.key < $1.key }.map { name, tags in
            (name, JSONValue.object(JSONObject(tags.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
        }
        try writer.add("repositories", JSONValue.object(JSONObject(names)).serialized())
    }
}
