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

    /// Looks an image up as Buildah and Podman do. The first line that fits decides:
    ///
    /// | text | finds |
    /// |---|---|
    /// | 64 hexadecimal digits, also after `sha256:` | the image with this id, and nothing else |
    /// | `NAME` without registry | its alias, then `localhost/NAME`, then each search registry, then Docker Hub |
    /// | `REGISTRY/NAME` | that name |
    /// | a text that some tool recorded as a name, unqualified | that name |
    /// | hexadecimal digits | the only image whose id begins with them |
    /// | `NAME` without registry | the only image with a name that ends with `/NAME` |
    ///
    /// A name without a tag has the tag `latest`. `NAME@DIGEST`, with or without a tag, fits every image that has this
    /// manifest and a name in this repository. So a name always wins over an id that happens to begin like it.
    ///
    /// - Throws: `ambiguous` for a prefix of several ids and for the end of several images' names; `invalidName` for
    ///   `sha256:` before anything but a full id.
    package func findImage(_ text: String) throws(StoreError) -> FoundImage? {
        try locked(images: .shared) {
            if let id = try Self.fullID(text) { return try imageByID(id).map { FoundImage(image: $0) } }
            for candidate in candidates(for: text) {
                if let found = try find(candidate) { return found }
            }
            if let image = try imageByName(text) { return FoundImage(image: image, name: text) }
            // A prefix of several ids may still be the end of a name.
            let byPrefix = Result { try imageByIDPrefix(text) }
            if case .success(let image?) = byPrefix { return FoundImage(image: image) }
            if let found = try findByEndOfName(text) { return found }
            _ = try byPrefix.get()
            return nil
        }
    }

    /// Looks an image up as the transport `containers-storage:` does, for the part after the store: `NAME`, where a
    /// missing registry is Docker Hub; `ID`, or its beginning of at least three digits; `NAME@ID`, which must belong
    /// together. Unlike in containers/image, a name wins over the beginning of an id here too.
    ///
    /// - Throws: `ambiguous` for a prefix of several ids.
    package func findImage(inTransport text: String) throws(StoreError) -> FoundImage? {
        try locked(images: .shared) {
            if StoreLayout.isFullID(text) { return try imageByID(text).map { FoundImage(image: $0) } }
            if let reference = try? ImageReference(parsing: text) {
                if let found = try find(reference.withDefaultTag()) { return found }
            } else if let at = text.lastIndex(of: "@") {
                let id = String(text[text.index(after: at)...])
                guard let image = try imageByID(id) ?? imageByLongPrefix(id) else { return nil }
                if at == text.startIndex { return FoundImage(image: image) }
                guard let name = try? ImageReference(parsing: String(text[..<at])) else { return nil }
                return Self.name(of: image, in: name).map { FoundImage(image: image, name: $0) }
            }
            return try imageByLongPrefix(text).map { FoundImage(image: $0) }
        }
    }

    /// The id in `ID` or `sha256:ID`; nil for a text of another form.
    private static func fullID(_ text: String) throws(StoreError) -> String? {
        let isMarked = text.hasPrefix("sha256:")
        let id = isMarked ? String(text.dropFirst(7)) : text
        if StoreLayout.isFullID(id) { return id }
        guard !isMarked else {
            throw StoreError(.invalidName, "\(text): an id of 64 hexadecimal digits must follow sha256:", subject: text)
        }
        return nil
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

    private func imageByLongPrefix(_ prefix: String) throws -> ImageRecord? {
        try prefix.utf8.count < 3 ? nil : imageByIDPrefix(prefix)
    }

    /// The fully qualified names that a text may refer to, in order.
    private func candidates(for text: String) -> [ImageReference] {
        guard let plain = try? ImageReference(parsing: text) else { return [] }
        guard ImageReference.isShortName(text) else { return [plain.withDefaultTag()] }
        var candidates = shortNames(text)
        // The configuration's candidates contain it, in its place; without a configuration it comes first.
        if let local = try? ImageReference(shortName: text, registry: "localhost").withDefaultTag(),
            !candidates.contains(local)
        {
            candidates.insert(local, at: 0)
        }
        candidates.append(plain)
        return candidates.map { $0.withDefaultTag() }
    }

    private func find(_ reference: ImageReference) throws -> FoundImage? {
        // As for Docker, a digest makes the tag irrelevant.
        let wanted = reference.digest == nil ? reference : reference.withoutTag()
        if let image = try imageByName(wanted.description) {
            return FoundImage(image: image, name: wanted.description)
        }
        guard let digest = wanted.digest else { return nil }
        for image in try allImages() where image.digests.contains(digest.description) {
            if let name = Self.name(of: image, in: wanted) { return FoundImage(image: image, name: name) }
        }
        return nil
    }

    /// The first name of an image in this repository.
    private static func name(of image: ImageRecord, in repository: ImageReference) -> String? {
        image.names.first { (try? ImageReference(parsing: $0))?.name == repository.name }
    }

    private func findByEndOfName(_ text: String) throws -> FoundImage? {
        guard ImageReference.isShortName(text), let wanted = try? ImageReference(parsing: text) else { return nil }
        let end = "/" + (text.hasPrefix("library/") ? wanted.path : wanted.familiarName)
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
