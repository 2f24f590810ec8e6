package import ContentDigest
package import JSONText

/// A reference to content by digest (OCI image-spec, descriptor.md; Docker's schema 2 has a subset).
package struct Descriptor: Equatable, Sendable {
    /// The type of the content.
    package var mediaType: MediaType
    /// The digest of the content's bytes.
    package var digest: Digest
    /// The content's length in bytes, never negative.
    package var size: Int64
    /// Alternative download locations.
    package var urls: [String]?
    /// Arbitrary metadata.
    package var annotations: [String: String]?
    /// The content itself, embedded.
    package var data: [UInt8]?
    /// The platform of the image referred to; in an index.
    package var platform: Platform?
    /// The type of the artifact referred to; in an index.
    package var artifactType: String?
    /// All other members, preserved for writing.
    package var extra: JSONObject

    /// Memberwise initializer.
    package init(
        mediaType: MediaType, digest: Digest, size: Int64, urls: [String]? = nil,
        annotations: [String: String]? = nil, data: [UInt8]? = nil, platform: Platform? = nil,
        artifactType: String? = nil, extra: JSONObject = JSONObject()
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.urls = urls
        self.annotations = annotations
        self.data = data
        self.platform = platform
        self.artifactType = artifactType
        self.extra = extra
    }

    /// The descriptor of these bytes.
    package init(mediaType: MediaType, describing bytes: [UInt8]) {
        self.init(mediaType: mediaType, digest: Digest.sha256(of: bytes), size: Int64(bytes.count))
    }

    /// The empty JSON object, referenced by artifacts without a configuration, with its content embedded.
    package static var empty: Descriptor {
        let content = Array("{}".utf8)
        var descriptor = Descriptor(mediaType: .ociEmpty, describing: content)
        descriptor.data = content
        return descriptor
    }

    /// The embedded content, nil when there is none.
    ///
    /// - Throws: `ImageModelError` of kind `malformed` if it does not match digest and size (descriptor.md, `data`).
    package func embeddedContent() throws(ImageModelError) -> [UInt8]? {
        guard let data else { return nil }
        guard Int64(data.count) == size, Digest.hash(data, with: digest.algorithm) == digest else {
            throw ImageModelError(.malformed, "the data embedded for \(digest) does not match its digest and size")
        }
        return data
    }
}

extension Descriptor: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case mediaType, digest, size, urls, annotations, data, platform, artifactType
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mediaType = try container.decodeIfPresent(MediaType.self, forKey: .mediaType) ?? ""
        digest = try container.decode(Digest.self, forKey: .digest)
        size = try container.decodeIfPresent(Int64.self, forKey: .size) ?? 0
        urls = try container.decodeIfPresent([String].self, forKey: .urls)
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations)
        platform = try container.decodeIfPresent(Platform.self, forKey: .platform)
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType).nonEmpty
        data = try container.decodeIfPresent(String.self, forKey: .data).nonEmpty.map { text in
            guard let bytes = Base64.decode(text) else {
                throw ImageModelError(.malformed, "the embedded data is not base64")
            }
            return bytes
        }
        extra = try JSONObject(from: decoder).removing(CodingKeys.allCases.map(\.rawValue))
        guard size >= 0 else { throw ImageModelError(.malformed, "the size of \(digest) is negative") }
    }

    /// Docker's types put the size before the digest. The order has no meaning, but people compare listings.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mediaType, forKey: .mediaType)
        if mediaType.isDocker {
            try container.encode(size, forKey: .size)
            try container.encode(digest, forKey: .digest)
        } else {
            try container.encode(digest, forKey: .digest)
            try container.encode(size, forKey: .size)
        }
        try container.encodeIfPresent(urls.nonEmpty, forKey: .urls)
        try container.encodeIfPresent(annotations.nonEmpty, forKey: .annotations)
        try container.encodeIfPresent(data.map { Base64.encode($0) }.nonEmpty, forKey: .data)
        try container.encodeIfPresent(platform, forKey: .platform)
        try container.encodeIfPresent(artifactType.nonEmpty, forKey: .artifactType)
        try extra.encodeMembers(to: encoder)
    }
}
