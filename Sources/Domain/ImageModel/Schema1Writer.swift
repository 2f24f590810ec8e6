package import ContentDigest
import JSONText

/// Writes Docker's image manifest, version 2, schema 1, for registries that support nothing newer.
package enum Schema1Writer {
    /// A gzipped tar archive without entries, the layer of steps that changed no file.
    package static let emptyLayer: [UInt8] = [
        31, 139, 8, 0, 0, 9, 110, 136, 0, 255, 98, 24, 5, 163, 96, 20, 140, 88, 0, 8, 0, 0, 255, 255, 46, 175, 181,
        239, 0, 4, 0, 0,
    ]

    /// The signed manifest of an image, with a throwaway key as in other tools: registries require a signature, but
    /// nobody checks whose it is.
    ///
    /// - Parameters:
    ///   - layers: gzip-compressed, one per history entry that has a layer.
    ///   - name: the image's destination, with a tag.
    /// - Throws: `ImageModelError` of kind `inconvertible` when history and layers do not match.
    package static func manifest(
        config: [UInt8], layers: [Digest], name: ImageReference?, now: String
    ) throws -> RawManifest {
        let parsed = try ImageConfig(parsing: config)
        let history = try history(of: parsed, config: config, layers: layers)
        var document = JSONObject()
        document["schemaVersion"] = 1
        document["name"] = .string(name?.path ?? "")
        document["tag"] = .string(name?.tag ?? "")
        document["architecture"] = .string(parsed.architecture)
        document["fsLayers"] = .array(
            history.reversed().map { ["blobSum": .string($0.blob.description)] })
        document["history"] = .array(history.reversed().map { ["v1Compatibility": .string($0.text)] })
        let payload = JSONValue.object(document).serializedString(pretty: true)
        return try RawManifest(
            bytes: try Schema1Signature.signed(payload, now: now), declaredType: .dockerSchema1Signed)
    }

    // MARK: Configurations

    private static func history(
        of image: ImageConfig, config: [UInt8], layers: [Digest]
    ) throws -> [(blob: Digest, text: String)] {
        let steps = image.history ?? layers.map { _ in History() }
        guard steps.filter({ $0.emptyLayer != true }).count == layers.count, !steps.isEmpty else {
            throw ImageModelError(
                .inconvertible, "schema 1 needs a history entry for every layer, and this image's history has others")
        }
        var left = layers[...]
        var parent = ""
        var entries: [(blob: Digest, text: String)] = []
        for (place, step) in steps.enumerated() {
            let isEmpty = step.emptyLayer == true
            let blob = isEmpty ? Digest.sha256(of: emptyLayer) : left.removeFirst()
            let isLast = place == steps.count - 1
            var entry = isLast ? try lastEntry(config) : middleEntry(step)
            let context = isLast ? [parent, String(decoding: config, as: UTF8.self)] : [parent]
            let id = Digest.sha256(of: ([blob.hex] + context).joined(separator: " ")).hex
            entry["id"] = .string(id)
            if !parent.isEmpty { entry["parent"] = .string(parent) }
            if isEmpty { entry["throwaway"] = true }
            entries.append((blob, JSONValue.object(entry).serializedString()))
            parent = id
        }
        return entries
    }

    private static func middleEntry(_ step: History) -> JSONObject {
        var entry = JSONObject()
        if let created = step.created { entry["created"] = .string(created) }
        if let author = step.author { entry["author"] = .string(author) }
        if let comment = step.comment { entry["comment"] = .string(comment) }
        entry["container_config"] = ["Cmd": .array([.string(step.createdBy ?? "")])]
        return entry
    }

    /// The whole configuration, except for what schema 1 expresses differently.
    private static func lastEntry(_ config: [UInt8]) throws -> JSONObject {
        guard var entry = try JSONValue(parsing: config).object else {
            throw ImageModelError(.malformed, "the configuration is not a JSON object")
        }
        entry.remove("rootfs")
        entry.remove("history")
        return entry
    }
}
