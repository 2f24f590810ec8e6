package import JSONText

/// The configuration of an image, whose digest is the image's id (OCI image-spec, config.md; Docker's additional
/// members are kept in `extra`).
package struct ImageConfig: Equatable, Sendable {
    /// When the image was created, in RFC 3339.
    package var created: String?
    /// The author.
    package var author: String?
    /// The CPU architecture, like `amd64`.
    package var architecture: String
    /// The operating system, like `linux`.
    package var os: String
    /// The required operating system version, for Windows.
    package var osVersion: String?
    /// Required operating system features, for Windows.
    package var osFeatures: [String]?
    /// The variant of the CPU, like `v8`.
    package var variant: String?
    /// Defaults for running containers.
    package var config: ContainerConfig?
    /// The layers.
    package var rootfs: RootFS
    /// How the layers were created.
    package var history: [History]?
    /// All other members, such as Docker's `container_config`, preserved for writing.
    package var extra: JSONObject

    /// Memberwise initializer.
    package init(
        created: String? = nil, author: String? = nil, architecture: String = Platform.host.architecture,
        os: String = Platform.host.os, osVersion: String? = nil, osFeatures: [String]? = nil, variant: String? = nil,
        config: ContainerConfig? = nil, rootfs: RootFS = RootFS(), history: [History]? = nil,
        extra: JSONObject = JSONObject()
    ) {
        self.created = created
        self.author = author
        self.architecture = architecture
        self.os = os
        self.osVersion = osVersion
        self.osFeatures = osFeatures
        self.variant = variant
        self.config = config
        self.rootfs = rootfs
        self.history = history
        self.extra = extra
    }

    /// Parses a configuration blob. Throws `ImageModelError` of kind `malformed`.
    package init(parsing bytes: [UInt8]) throws(ImageModelError) {
        do {
            self = try JSONValueDecoder().decode(ImageConfig.self, from: bytes)
        } catch {
            throw ImageModelError(.malformed, "invalid image configuration: \(error)")
        }
    }

    /// The blob: compact JSON with the members in the order of the specification, followed by the others in their
    /// original order.
    package func serialized() throws -> [UInt8] {
        try JSONValueEncoder().encode(self).serialized()
    }

    /// The platform that the image is for.
    package var platform: Platform {
        get {
            Platform(
                architecture: architecture, os: os, osVersion: osVersion, osFeatures: osFeatures, variant: variant)
        }
        set {
            architecture = newValue.architecture
            os = newValue.os
            osVersion = newValue.osVersion
            osFeatures = newValue.osFeatures
            variant = newValue.variant
        }
    }
}

extension ImageConfig: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case created, author, architecture, os
        case osVersion = "os.version"
        case osFeatures = "os.features"
        case variant, config, rootfs, history
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        created = try container.decodeIfPresent(String.self, forKey: .created).nonEmpty
        author = try container.decodeIfPresent(String.self, forKey: .author).nonEmpty
        architecture = try container.decodeIfPresent(String.self, forKey: .architecture) ?? ""
        os = try container.decodeIfPresent(String.self, forKey: .os) ?? ""
        osVersion = try container.decodeIfPresent(String.self, forKey: .osVersion).nonEmpty
        osFeatures = try container.decodeIfPresent([String].self, forKey: .osFeatures).nonEmpty
        variant = try container.decodeIfPresent(String.self, forKey: .variant).nonEmpty
        config = try container.decodeIfPresent(ContainerConfig.self, forKey: .config)
        rootfs = try container.decodeIfPresent(RootFS.self, forKey: .rootfs) ?? RootFS()
        history = try container.decodeIfPresent([History].self, forKey: .history)
        extra = try JSONObject(from: decoder).removing(CodingKeys.allCases.map(\.rawValue))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(created.nonEmpty, forKey: .created)
        try container.encodeIfPresent(author.nonEmpty, forKey: .author)
        try container.encode(architecture, forKey: .architecture)
        try container.encode(os, forKey: .os)
        try container.encodeIfPresent(osVersion.nonEmpty, forKey: .osVersion)
        try container.encodeIfPresent(osFeatures.nonEmpty, forKey: .osFeatures)
        try container.encodeIfPresent(variant.nonEmpty, forKey: .variant)
        try container.encode(config ?? ContainerConfig(), forKey: .config)
        try container.encode(rootfs, forKey: .rootfs)
        try container.encodeIfPresent(history.nonEmpty, forKey: .history)
        try extra.encodeMembers(to: encoder)
    }
}
