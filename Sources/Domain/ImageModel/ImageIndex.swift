package import JSONText

/// A list of manifests, typically one per platform: OCI's index (image-spec, image-index.md) and Docker's manifest
/// list, a subset of it. An OCI layout's `index.json` is one too.
package struct ImageIndex: Equatable, Sendable {
    /// Always 2.
    package var schemaVersion: Int
    /// The media type of this document.
    package var mediaType: MediaType?
    /// The type of an artifact.
    package var artifactType: String?
    /// The manifests, or indexes, in order.
    package var manifests: [Descriptor]
    /// The manifest that this index refers to (`subject`).
    package var subject: Descriptor?
    /// Arbitrary metadata.
    package var annotations: [String: String]?
    /// All other members, preserved for writing.
    package var extra: JSONObject

    /// Memberwise initializer.
    package init(
        schemaVersion: Int = 2, mediaType: MediaType? = .ociIndex, artifactType: String? = nil,
        manifests: [Descriptor] = [], subject: Descriptor? = nil, annotations: [String: String]? = nil,
        extra: JSONObject = JSONObject()
    ) {
        self.schemaVersion = schemaVersion
        self.mediaType = mediaType
        self.artifactType = artifactType
        self.manifests = manifests
        self.subject = subject
        self.annotations = annotations
        self.extra = extra
    }
}

extension ImageIndex: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case schemaVersion, mediaType, artifactType, manifests, subject, annotations
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        schemaVersion = try container.decode(Int.self, forKey: .schemaVersion)
        mediaType = try container.decodeIfPresent(MediaType.self, forKey: .mediaType)
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType).nonEmpty
        manifests = try container.decodeIfPresent([Descriptor].self, forKey: .manifests) ?? []
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
        try container.encode(manifests, forKey: .manifests)
        try container.encodeIfPresent(subject, forKey: .subject)
        try container.encodeIfPresent(annotations.nonEmpty, forKey: .annotations)
        try extra.encodeMembers(to: encoder)
    }
}
