package import JSONText

/// The manifest of one image or artifact: OCI's (image-spec, manifest.md) and Docker's version 2, schema 2, a subset of
/// it.
package struct Manifest: Equatable, Sendable {
    /// Always 2.
    package var schemaVersion: Int
    /// The media type of this document; required by Docker, recommended by OCI.
    package var mediaType: MediaType?
    /// The type of an artifact.
    package var artifactType: String?
    /// The configuration.
    package var config: Descriptor
    /// The layers, base first.
    package var layers: [Descriptor]
    /// The manifest that this one refers to (`subject`).
    package var subject: Descriptor?
    /// Arbitrary metadata.
    package var annotations: [String: String]?
    /// All other members, preserved for writing.
    package var extra: JSONObject

    /// Memberwise initializer.
    package init(
        schemaVersion: Int = 2, mediaType: MediaType? = .ociManifest, artifactType: String? = nil, config: Descriptor,
        layers: [Descriptor], subject: Descriptor? = nil, annotations: [String: String]? = nil,
        extra: JSONObject = JSONObject()
    ) {
        self.schemaVersion = schemaVersion
        self.mediaType = mediaType
        self.artifactType = artifactType
        self.config = config
        self.layers = layers
        self.subject = subject
        self.annotations = annotations
        self.extra = extra
    }
}

extension Manifest {
    /// Whether this describes something other than a container image: nothing is known of the content of its layers,
    /// whatever their types say.
    package var isArtifact: Bool {
        if config.mediaType.isImageConfig { return false }
        // Old versions of Docker did not declare the type.
        return mediaType != .dockerManifest || !["", "application/octet-stream"].contains(config.mediaType.rawValue)
    }

    /// The type of an artifact, for messages.
    package var typeOfArtifact: String { artifactType ?? config.mediaType.rawValue }
}

extension Manifest: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case schemaVersion, mediaType, artifactType, config, layers, subject, annotations
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        schemaVersion = try container.decode(Int.self, forKey: .schemaVersion)
        mediaType = try container.decodeIfPresent(MediaType.self, forKey: .mediaType)
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType).nonEmpty
        config = try container.decode(Descriptor.self, forKey: .config)
        layers = try container.decodeIfPresent([Descriptor].self, forKey: .layers) ?? []
        subject = try container.decodeIfPresent(Descriptor.self, forKey: .subject)
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations)
        extra = try JSONObject(from: decoder).removing(CodingKeys.allCases.map(\.rawValue))
        guard schemaVersion == 2 else {
            throw ImageModelError(.malformed, "the schema version is \(schemaVersion), not 2")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schemaVersion, forKey: .schemaVersion)
        try container.encodeIfPresent(mediaType, forKey: .mediaType)
        try container.encodeIfPresent(artifactType.nonEmpty, forKey: .artifactType)
        try container.encode(config, forKey: .config)
        try container.encode(layers, forKey: .layers)
        try container.encodeIfPresent(subject, forKey: .subject)
        try container.encodeIfPresent(annotations.nonEmpty, forKey: .annotations)
        try extra.encodeMembers(to: encoder)
    }
}
