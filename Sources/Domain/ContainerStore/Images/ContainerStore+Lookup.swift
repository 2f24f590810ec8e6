package import ContentDigest
import ImageModel

/// An image with the name by which it was found.
package struct FoundImage: Sendable, Equatable {
    /// The image.
    package var image: ImageRecord
    /// The fully qualified name that matched; nil for an id or a digest.
    package var name: String?
}

extension ContainerStore {
    /// The image that a user means; nil if there is none. See `findImage`.
    package func image(_ idOrName: String) throws(StoreError) -> ImageRecord? {
        try findImage(idOrName)?.image
    }

    /// Looks an image up like Podman: by id, by exact name, by id prefix; then as a reference: with `localhost/`, then
    /// among the candidates for short names, then on Docker's registry, the tag defaulting to `latest`; by
    /// `NAME@DIGEST`; finally by a suffix of a repository's name (`busybox` finds `quay.io/some/busybox`).
    ///
    /// - Throws: `ambiguous` for a prefix of several ids and for a suffix of several names.
    package func findImage(_ text: String) throws(StoreError) -> FoundImage? {
        try locked(images: .shared) {
            let bare = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
            if let image = try imageByID(bare) { return FoundImage(image: image) }
            if let image = try imageByName(text) { return FoundImage(image: image, name: text) }
            // A prefix of several ids may still be a name.
            let byPrefix = Result { try imageByIDPrefix(bare) }
            if case .success(let image?) = byPrefix { return FoundImage(image: image) }
            for candidate in candidates(for: text) {
                if let found = try find(candidate) { return found }
            }
            if let found = try findByEndOfName(text) { return found }
            _ = try byPrefix.get()
            return nil
        }
    }

    /// The images with a manifest of this digest.
    package func images(withDigest digest: Digest) throws(StoreError) -> [ImageRecord] {
        try images().filter { $0.digests.contains(digest.description) }
    }

    // MARK: Requiring the lock

    func imageByID(_ id: String) throws -> ImageRecord? {
        if let own = imageTable.record(id: id) { return own }
        for store in additionalStores {
            if let image = try store.image(id: id) { return image }
        }
        return nil
    }

    private func imageByName(_ name: String) throws -> ImageRecord? {
        if let own = imageTable.record(named: name) { return own }
        for store in additionalStores {
            if let image = try store.image(named: name) { return image }
        }
        return nil
    }

    private func allImages() throws -> [ImageRecord] {
        try imageTable.records + additionalStores.flatMap { try $0.images() }
    }

    private func imageByIDPrefix(_ prefix: String) throws -> ImageRecord? {
        guard StoreLayout.isHex(prefix) else { return nil }
        let ids = Set(try allImages().map(\.id).filter { $0.hasPrefix(prefix) })
        guard ids.count <= 1 else {
            throw StoreError(.ambiguous, "\(ids.count) images have ids that begin with \(prefix)", subject: prefix)
        }
        return try ids.first.flatMap { try imageByID($0) }
    }

    /// The fully qualified names that a text may refer to, in order.
    private func candidates(for text: String) -> [ImageReference] {
        guard let plain = try? ImageReference(parsing: text) else { return [] }
        guard ImageReference.isShortName(text) else { return [plain.withDefaultTag()] }
        var candidates: [ImageReference] = []
        if let local = try? ImageReference(shortName: text, registry: "localhost") { candidates.append(local) }
        candidates += shortNames(text)
        candidates.append(plain)
        return candidates.map { $0.withDefaultTag() }
    }

    private func find(_ reference: ImageReference) throws -> FoundImage? {
        if let image = try imageByName(reference.description) {
            return FoundImage(image: image, name: reference.description)
        }
        guard let digest = reference.digest else { return nil }
        for image in try allImages() where image.digests.contains(digest.description) {
            let name = image.names.first { (try? ImageReference(parsing: $0))?.name == reference.name }
            if let name { return FoundImage(image: image, name: name) }
        }
        return nil
    }

    private func findByEndOfName(_ text: String) throws -> FoundImage? {
        guard ImageReference.isShortName(text), let wanted = try? ImageReference(parsing: text) else { return nil }
        let end = "/" + wanted.familiarName
        let tag = wanted.tag ?? (wanted.digest == nil ? ImageReference.defaultTag : nil)
        var found: [FoundImage] = []
        for image in try allImages() {
            if let digest = wanted.digest, !image.digests.contains(digest.description) { continue }
            let name = image.names.first { name in
                guard let reference = try? ImageReference(parsing: name) else { return false }
                return "/\(reference.name)".hasSuffix(end) && (tag == nil || reference.tag == tag)
            }
            if let name { found.append(FoundImage(image: image, name: name)) }
        }
        guard Set(found.map(\.image.id)).count <= 1 else {
            let names = found.compactMap(\.name).sorted().joined(separator: ", ")
            throw StoreError(.ambiguous, "the name \"\(text)\" fits several images: \(names)", subject: text)
        }
        return found.first
    }
}
