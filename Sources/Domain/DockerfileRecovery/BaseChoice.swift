import ContentDigest
package import ImageModel

/// An image that may be what another was built on.
package struct BaseImage: Sendable {
    /// What FROM calls it.
    package var name: String
    /// Its configuration.
    package var config: ImageConfig

    /// A candidate.
    package init(name: String, config: ImageConfig) {
        self.name = name
        self.config = config
    }
}

/// Which image another was built on.
package struct BaseChoice: Sendable {
    /// The image.
    package let base: BaseImage
    /// Whether its whole history stands at the beginning of the other's, so that there is no doubt.
    package let sharesHistory: Bool

    /// The candidate that the image was most likely built on; nil where none has its first layers.
    ///
    /// A name that the image itself gives for its base counts most, then a common history, then the most layers.
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

    /// The image built on this very candidate; nil where that can't be. An image counts as built on itself.
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

    /// Whether the base is made by the same steps as the image: then it is the image itself, or was built beside it.
    private func isTwin(of image: ImageConfig) -> Bool {
        base.config.rootfs == image.rootfs && (base.config.history ?? []) == (image.history ?? [])
    }

    /// How many entries of the image's history are the base's.
    func historyCount(in image: ImageConfig) -> Int {
        let own = base.config.history ?? []
        if sharesHistory { return own.count }
        // After the entries of the base's layers come those that only changed its configuration.
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

    /// The name that an image gives for what it was built on: in an annotation (OCI image-spec, annotations.md), or in
    /// the comments that Buildah leaves in the history.
    package static func recordedName(in image: ImageConfig, annotations: [String: String]) -> String? {
        if let name = annotations["org.opencontainers.image.base.name"], !name.isEmpty { return name }
        for entry in (image.history ?? []).reversed() {
            guard let comment = entry.comment, comment.hasPrefix("FROM "), comment.utf8.count < 512 else { continue }
            let name = String(comment.dropFirst(5).prefix { $0 != " " && $0 != "\n" })
            // Steps in between are named by id.
            let isID = name.utf8.count >= 11 && name.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
            if !isID, (try? ImageReference(parsing: name)) != nil { return name }
        }
        return nil
    }
}
