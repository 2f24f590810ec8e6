package import ImageModel

/// `path[:reference]` or `path:@index`: an image in a `docker save` archive.
package struct DockerArchiveReference: Sendable, Equatable, CustomStringConvertible {
    /// The archive.
    package let path: String
    /// The image's name, with a tag and without a digest.
    package let image: ImageReference?
    /// The index in the archive's `manifest.json`, starting at 0.
    package let index: Int?

    /// Memberwise initializer. A name without a tag gets the tag `latest`.
    package init(path: String, image: ImageReference? = nil, index: Int? = nil) throws(TransportError) {
        guard !path.isEmpty else {
            throw TransportError(
                .invalidReference, "docker-archive reference \"\" isn't of the form <path>[:<reference>]")
        }
        if let image, image.digest != nil {
            throw TransportError(
                .invalidReference, "docker-archive doesn't support digest references: \"\(image)\"")
        }
        self.path = path
        self.image = image?.withDefaultTag()
        self.index = index
    }

    /// Parses the part after `docker-archive:`. The path ends at the first colon.
    package init(parsing text: String) throws(TransportError) {
        guard let colon = text.firstIndex(of: ":") else {
            try self.init(path: text)
            return
        }
        let path = String(text[..<colon])
        let rest = text[text.index(after: colon)...]
        if rest.hasPrefix("@") {
            guard let index = Int(rest.dropFirst()), index >= 0, rest.dropFirst().first?.isNumber ?? false else {
                throw TransportError(
                    .invalidReference, "invalid source index \(rest) in docker-archive reference \"\(text)\"")
            }
            try self.init(path: path, index: index)
            return
        }
        guard !rest.isEmpty else {
            try self.init(path: path)
            return
        }
        let image: ImageReference
        do {
            image = try ImageReference(parsing: String(rest))
        } catch {
            throw TransportError(.invalidReference, "docker-archive: \(error)", cause: error)
        }
        try self.init(path: path, image: image)
    }

    /// `path[:reference]` or `path:@index`.
    package var description: String {
        if let index { return "\(path):@\(index)" }
        return image.map { "\(path):\($0)" } ?? path
    }
}
