import ContentDigest
import ImageModel
import JSONText

extension ImageTree {
    /// The tree for programs: sizes in bytes, full digests. Unknown members are omitted.
    var json: JSONValue {
        var object = JSONObject()
        object["name"] = .string(name)
        object["root"] = Self.json(root)
        return .object(object)
    }

    private static func json(_ node: Node) -> JSONValue {
        var object = JSONObject()
        object["kind"] = .string(node.mediaType.isIndex ? "index" : "manifest")
        object["mediaType"] = .string(node.mediaType.rawValue)
        object["digest"] = .string(node.digest.description)
        object["size"] = .integer(node.size)
        if let platform = node.platform { object["platform"] = .string(platform.description) }
        if let type = node.artifactType { object["artifactType"] = .string(type) }
        object["present"] = .bool(node.isPresent)
        if let failure = node.referrersFailure { object["referrersError"] = .string(failure) }
        if !node.referrers.isEmpty { object["referrers"] = .array(node.referrers.map(json)) }
        if node.mediaType.isIndex { object["manifests"] = .array(node.manifests.map(json)) }
        guard let config = node.config else { return .object(object) }
        object["config"] = [
            "mediaType": .string(config.mediaType.rawValue), "digest": .string(config.digest.description),
            "size": .integer(config.size),
        ]
        object["layers"] = .array(node.layers.map(json))
        object["history"] = .array(node.steps.map(json))
        return .object(object)
    }

    private static func json(_ referrer: Descriptor) -> JSONValue {
        var object = JSONObject()
        object["mediaType"] = .string(referrer.mediaType.rawValue)
        object["digest"] = .string(referrer.digest.description)
        object["size"] = .integer(referrer.size)
        if let type = referrer.artifactType { object["artifactType"] = .string(type) }
        if let annotations = referrer.annotations {
            object["annotations"] = .object(
                JSONObject(annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        return .object(object)
    }

    private static func json(_ layer: Layer) -> JSONValue {
        var object = JSONObject()
        object["mediaType"] = .string(layer.blob.mediaType.rawValue)
        object["digest"] = .string(layer.blob.digest.description)
        object["size"] = .integer(layer.blob.size)
        if let diffID = layer.diffID { object["diffID"] = .string(diffID.description) }
        object["sharedWith"] = .array(layer.sharedWith.map { .string($0) })
        guard let contents = layer.contents else { return .object(object) }
        object["uncompressedSize"] = .integer(contents.archiveSize)
        object["files"] = .integer(Int64(contents.files))
        object["directories"] = .integer(Int64(contents.directories))
        object["removed"] = .integer(Int64(contents.removed))
        object["bytes"] = .integer(contents.bytes)
        object["largest"] = .array(
            contents.largest.map { ["path": .string("/\($0.path)"), "size": .integer($0.size)] })
        return .object(object)
    }

    private static func json(_ step: Step) -> JSONValue {
        var object = JSONObject()
        if let created = step.history.created { object["created"] = .string(created) }
        object["createdBy"] = .string(step.history.createdBy ?? "")
        if let comment = step.history.comment { object["comment"] = .string(comment) }
        if let layer = step.layer { object["layer"] = .integer(Int64(layer)) }
        return .object(object)
    }
}
