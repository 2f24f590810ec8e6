import ContentDigest
import ImageCopy
import ImageModel
import ImageTransports
import JSONText
import OutputTemplates

/// Skopeo's summary of an image: the most requested parts of manifest and configuration.
struct InspectedImage {
    private let layers: [Descriptor]
    private let config: ImageConfig
    let configBytes: [UInt8]
    /// The algorithm of the configuration's digest.
    let configAlgorithm: Digest.Algorithm

    /// The types of the summary's members for templates.
    static let shape = TemplateShape.structure(
        type: "inspect.Output",
        [
            .init("Name", .text), .init("Tag", .text), .init("Digest", .text), .init("RepoTags", .list(.text)),
            .init("Created", .time), .init("DockerVersion", .text), .init("Labels", .map(.text)),
            .init("Architecture", .text), .init("Variant", .text), .init("Os", .text), .init("Layers", .list(.text)),
            .init(
                "LayersData",
                .list(
                    .structure(
                        type: "types.ImageInspectLayer",
                        [
                            .init("MIMEType", .text), .init("Digest", .text), .init("Size", .number),
                            .init("Annotations", .map(.text)),
                        ]))),
            .init("Env", .list(.text)),
        ])

    /// - Parameter top: the manifest, or an index with an image for `platform`.
    init(of source: any ImageSource, _ top: RawManifest, for platform: Platform) throws {
        let (image, manifest) = try ImageReader.image(of: source, top, for: platform)
        guard !manifest.isArtifact else {
            throw CommandError(
                "\(source.description): an artifact of type \"\(manifest.typeOfArtifact)\", not a container image: "
                    + "use --raw, or artifact pull and artifact inspect")
        }
        layers = manifest.layers
        configAlgorithm = manifest.config.digest.algorithm
        configBytes = try image.readBlob(manifest.config)
        config = try ImageConfig(parsing: configBytes)
    }

    func description(name: String?, digest: Digest, tags: [String]) -> JSONObject {
        var value = JSONObject()
        if let name { value["Name"] = .string(name) }
        value["Digest"] = .string(digest.description)
        value["RepoTags"] = .array(tags.map { .string($0) })
        value["Created"] = config.created.map { .string($0) } ?? .null
        value["DockerVersion"] = config.extra["docker_version"] ?? ""
        value["Labels"] =
            config.config?.labels.map { labels in
                .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
            } ?? .null
        value["Architecture"] = .string(config.architecture)
        if let variant = config.variant { value["Variant"] = .string(variant) }
        value["Os"] = .string(config.os)
        value["Layers"] = .array(layers.map { .string($0.digest.description) })
        value["LayersData"] = .array(layers.map { .object(Self.data(of: $0)) })
        value["Env"] = config.config?.env.map { .array($0.map { .string($0) }) } ?? .null
        return value
    }

    private static func data(of layer: Descriptor) -> JSONObject {
        let annotations: JSONValue =
            layer.annotations.map { notes in
                .object(JSONObject(notes.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
            } ?? .null
        return [
            "MIMEType": .string(layer.mediaType.rawValue), "Digest": .string(layer.digest.description),
            "Size": .integer(layer.size), "Annotations": annotations,
        ]
    }

    /// The configuration restricted to OCI's members.
    func ociConfiguration() throws -> JSONObject {
        var plain = config
        plain.extra = JSONObject()
        if var inner = plain.config {
            inner.extra = JSONObject()
            (inner.hostname, inner.domainname, inner.healthcheck) = (nil, nil, nil)
            (inner.onBuild, inner.shell, inner.argsEscaped) = (nil, nil, nil)
            plain.config = inner
        }
        return try JSONValueEncoder().encode(plain).object ?? JSONObject()
    }
}
