package import ContentDigest
package import ImageModel
package import ImageTransports

/// `name:tag`, `name@digest` or `sha256:ID`: an image of a Docker daemon.
package enum DockerDaemonReference: Sendable, Equatable, CustomStringConvertible {
    /// The digest of the image's configuration.
    case id(Digest)
    /// A name with a tag or a digest, never both.
    case name(ImageReference)

    /// Parses the part after `docker-daemon:`.
    ///
    /// - Throws: ``TransportError`` of kind `invalidReference`.
    package init(parsing text: String) throws(TransportError) {
        if let digest = Digest(text) {
            self = .id(digest)
            return
        }
        let name: ImageReference
        do {
            name = try ImageReference(parsing: text)
        } catch {
            throw TransportError(.invalidReference, "docker-daemon: \(error)", cause: error)
        }
        // Such as `sha256:abc`, an invalid id.
        guard text.prefix(while: { $0 != ":" && $0 != "@" }) != "sha256" else {
            throw TransportError(.invalidReference, "docker-daemon: \"\(text)\": the name sha256 is reserved")
        }
        guard name.tag != nil || name.digest != nil else {
            throw TransportError(
                .invalidReference, "docker-daemon: reference \(name) has neither a tag nor a digest")
        }
        guard name.tag == nil || name.digest == nil else {
            throw TransportError(
                .invalidReference, "docker-daemon: references with both a tag and digest are not supported")
        }
        self = .name(name)
    }

    /// The image's name, if it was specified with a tag.
    package var tagged: ImageReference? {
        if case .name(let name) = self, name.tag != nil { return name }
        return nil
    }

    package var description: String {
        switch self {
        case .id(let digest): digest.description
        case .name(let name): name.description
        }
    }
}
