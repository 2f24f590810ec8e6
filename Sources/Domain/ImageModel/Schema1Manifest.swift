package import ContentDigest
package import JSONText

/// Docker's image manifest, version 2, schema 1: the layers, each with a first-generation configuration as a string;
/// that of the top layer is the image's. The document lists the top layer first, this type the base first.
package struct Schema1Manifest: Sendable, Equatable {
    /// One layer.
    package struct Layer: Sendable, Equatable {
        /// The digest of the compressed archive.
        package var blob: Digest
        /// The layer's configuration.
        package var configuration: JSONObject

        /// Memberwise initializer.
        package init(blob: Digest, configuration: JSONObject) {
            self.blob = blob
            self.configuration = configuration
        }

        /// Whether the layer is empty because the step changed no file.
        package var isThrowaway: Bool { configuration["throwaway"]?.bool == true }
    }

    /// The layers, base first.
    package let layers: [Layer]

    /// Memberwise initializer.
    package init(layers: [Layer]) {
        self.layers = layers
    }

    /// Parses the document, signed or not. The signatures are not verified, since their keys identify nobody.
    ///
    /// Throws `ImageModelError`: `malformed`, `unknownType`.
    package init(_ raw: RawManifest) throws(ImageModelError) {
        guard raw.mediaType.isSchema1 else {
            throw ImageModelError(.unknownType, "expected a schema 1 manifest, found \(raw.mediaType)")
        }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: raw.bytes)
        } catch {
            throw ImageModelError(.malformed, "invalid schema 1 manifest: \(error)")
        }
        let blobs = document["fsLayers"]?.array ?? []
        let history = document["history"]?.array ?? []
        guard !blobs.isEmpty, blobs.count == history.count else {
            throw ImageModelError(
                .malformed, "invalid schema 1 manifest: \(blobs.count) layers with \(history.count) configurations")
        }
        var layers: [Layer] = []
        for (blob, entry) in zip(blobs, history).reversed() {
            guard let digest = blob["blobSum"]?.string.flatMap({ Digest($0) }),
                let text = entry["v1Compatibility"]?.string,
                let configuration = (try? JSONValue(parsing: text))?.object
            else { throw ImageModelError(.malformed, "invalid schema 1 manifest: malformed layer") }
            layers.append(Layer(blob: digest, configuration: configuration))
        }
        self.layers = layers
    }

    /// The layers that remain in schema 2: those with files.
    package var kept: [Layer] { layers.filter { !$0.isThrowaway } }

    /// The image's configuration in schema 2.
    ///
    /// - Parameter diffIDs: those of the layers in `kept`.
    package func configuration(diffIDs: [Digest]) -> JSONObject {
        var config = layers.last?.configuration ?? JSONObject()
        for key in ["id", "parent", "Size", "parent_id", "layer_id", "throwaway"] { config.remove(key) }
        config["rootfs"] = ["type": "layers", "diff_ids": .array(diffIDs.map { .string($0.description) })]
        config["history"] = .array(layers.map { .object(Self.history(of: $0)) })
        return config
    }

    private static func history(of layer: Layer) -> JSONObject {
        var entry = JSONObject()
        for key in ["created", "author", "comment"] {
            if let value = layer.configuration[key], value.string?.isEmpty == false { entry[key] = value }
        }
        let command = layer.configuration["container_config"]?["Cmd"]?.array?.compactMap(\.string) ?? []
        if !command.isEmpty { entry["created_by"] = .string(command.joined(separator: " ")) }
        if layer.isThrowaway { entry["empty_layer"] = true }
        return entry
    }
}
