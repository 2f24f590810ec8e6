package import ContentDigest

extension CachedStep {
    /// The id of the step's layer, computed from its parent and its content; nil if it made none.
    package var resultID: String? {
        layer.map { Self.layerID(parent: parent, diffID: $0.diffID) }
    }

    /// The id of the layer with this content upon `parent`, as in the format of the store: the diff ID's digits for a
    /// base layer, otherwise the SHA-256 of `PARENT+DIFFID`.
    package static func layerID(parent: String?, diffID: Digest) -> String {
        guard let parent, !parent.isEmpty else { return diffID.hex }
        return Digest.sha256(of: "\(parent)+\(diffID.hex)").hex
    }
}
