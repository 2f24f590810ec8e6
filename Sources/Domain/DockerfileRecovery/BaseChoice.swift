import ContentDigest
package import ImageModel

/// A candidate for the base of another image.
package struct BaseImage: Sendable {
    /// Its name in FROM.
    package var name: String
    /// Its configuration.
    package var config: ImageConfig

    /// Memberwise initializer.
    package init(name: String, config: ImageConfig) {
        self.name = name
        self.config = config
    }
}

/// The base of an image.
package struct BaseChoice: Sendable {
    /// The image.
    package let base: BaseImage
    /// Whether the image's history begins with the whole history of the base, so that there is no doubt.
    package let sharesHistory: Bool

    /// The most likely base among the candidates; nil when none shares the image's first layers.
    ///
    /// A base name recorded in the image counts most, then a common history, then the number of layers.
    package init?(for image: ImageConfig, among candidates: [BaseImage], named hint: String? = nil) {
        var best: (rank: [Int], choice: BaseChoice)?
        for candidate in candidates {
            guard let choice = BaseChoice(for: image, on: candidate), !choice.isTwin(of: image) else { continue }
            let rank = [
                candidate.name == hint ? 1 : 0, choice.sharesHistory ? 1 : 0, candidate.config.rootfs.diffIDs.count,
                candidate.config.history?.count ?? 0,
            ]
            if best.map({ $0.rank.lexicographicallyPrecedes(rank) }) ?? true { best = (rank, choice) }
        }
        guard let best else { return nil }
        self = best.choice
    }

    /// This candidate as the base; nil when it cannot be. An image counts as built on itself.
    package init?(for image: ImageConfig, on candidate: BaseImage) {
        let layers = candidate.config.rootfs.diffIDs
        guard !layers.isEmpty, image.rootfs.diffIDs.starts(with: layers) else { return nil }
        let history = image.history ?? []
        let own = candidate.config.history ?? []
        let isPrefix = !own.isEmpty && history.starts(with: own)
        if layers.count == image.rootfs.diffIDs.count, !isPrefix { return nil }
        base = candidate
        sharesHistory = isPrefix
    }

    /// Whether the base was created by the same steps as the image: then it is the image itself or a parallel build of
    /// it.
    private func isTwin(of image: ImageConfig) -> Bool {
        base.config.rootfs == image.rootfs && (base.config.history ?? []) == (image.history ?? [])
    }

    /// The number of history entries that the image inherits from the base.
    func historyCount(in image: ImageConfig) -> Int {
        let own = base.config.history ?? []
        if sharesHistory { return own.count }
        // The entries of the base's layers are followed by those that only changed its configuration.
        var layers = base.config.rootfs.diffIDs.count
        let history = image.history ?? []
        var index = 0
        while index < history.count, layers > 0 {
            if history[index].emptyLayer != true { layers -= 1 }
            index += 1
        }
        let rest = own.reversed().prefix { $0.emptyLayer == true }.reversed().map(\.createdBy)
        for text in rest where index < history.count && history[index].emptyLayer == true {
            guard history[index].createdBy == text else { break }
            index += 1
        }
        return index
    }

    /// The base name recorded in an image: in an annotation (OCI image-spec, annotations.md), or in the comments that
    /// Buildah leaves in the history.
    package static func recordedName(in image: ImageConfig, annotations: [String: String]) -> String? {
        if let name = annotations["org.opencontainers.image.base.name"], !name.isEmpty { return name }
        for entry in (image.history ?? []).reversed() {
            guard let comment = entry.comment, comment.hasPrefix("FROM "), comment.utf8.count < 512 else { continue }
            let name = String(comment.dropFirst(5).prefix { $0 != " " && $0 != "\n" })
            // Intermediate steps are named by id.
            let isID = name.utf8.count >= 11 && name.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
            if !isID, (try? ImageReference(parsing: name)) != nil { return name }
        }
        return nil
    }
}
