package import ContentDigest

/// The layers of an image, identified by their uncompressed content (OCI image-spec, config.md, `rootfs`).
package struct RootFS: Hashable, Sendable {
    /// Always `layers`.
    package var type: String
    /// The digests of the uncompressed tar archives, base first.
    package var diffIDs: [Digest]

    /// The layers with these digests.
    package init(type: String = "layers", diffIDs: [Digest] = []) {
        self.type = type
        self.diffIDs = diffIDs
    }
}

extension RootFS: Codable {
    private enum CodingKeys: String, CodingKey {
        case type
        case diffIDs = "diff_ids"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? "layers"
        diffIDs = try container.decodeIfPresent([Digest].self, forKey: .diffIDs) ?? []
    }
}
