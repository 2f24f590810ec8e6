/// How one layer, or one step without a layer, was created (OCI image-spec, config.md, `history`).
package struct History: Hashable, Codable, Sendable {
    /// Creation time, in RFC 3339.
    package var created: String?
    /// The command that created it.
    package var createdBy: String?
    /// The author.
    package var author: String?
    /// A comment.
    package var comment: String?
    /// Whether the step left the file system unchanged, so that it has no layer.
    package var emptyLayer: Bool?

    private enum CodingKeys: String, CodingKey {
        case created
        case createdBy = "created_by"
        case author, comment
        case emptyLayer = "empty_layer"
    }

    /// Memberwise initializer.
    package init(
        created: String? = nil, createdBy: String? = nil, author: String? = nil, comment: String? = nil,
        emptyLayer: Bool? = nil
    ) {
        self.created = created
        self.createdBy = createdBy
        self.author = author
        self.comment = comment
        self.emptyLayer = emptyLayer
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(created.nonEmpty, forKey: .created)
        try container.encodeIfPresent(createdBy.nonEmpty, forKey: .createdBy)
        try container.encodeIfPresent(author.nonEmpty, forKey: .author)
        try container.encodeIfPresent(comment.nonEmpty, forKey: .comment)
        try container.encodeIfPresent(emptyLayer == true ? true : nil, forKey: .emptyLayer)
    }
}
