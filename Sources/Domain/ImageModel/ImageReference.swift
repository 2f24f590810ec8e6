package import ContentDigest

/// A fully qualified image name: registry, repository, and optionally a tag, a digest or both.
///
/// Always satisfies `ReferenceGrammar`: the parts only change through validating initializers.
package struct ImageReference: Hashable, Sendable {
    /// The registry, like `docker.io` or `localhost:5000`.
    package let domain: String
    /// The repository on the registry, like `library/alpine`.
    package let path: String
    /// The tag.
    package private(set) var tag: String?
    /// The digest of the manifest.
    package private(set) var digest: Digest?

    /// Docker Hub, the default for names without a registry.
    package static let defaultDomain = "docker.io"
    /// The default tag.
    package static let defaultTag = "latest"

    /// A reference of these parts. Throws `ReferenceError`.
    package init(
        domain: String, path: String, tag: String? = nil, digest: Digest? = nil
    ) throws(ReferenceError) {
        let text = "\(domain)/\(path)" + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
        guard ReferenceGrammar.isDomain(domain), tag.map(ReferenceGrammar.isTag) ?? true else {
            throw ReferenceError(.invalidFormat, text)
        }
        guard ReferenceGrammar.isPath(path) else {
            throw ReferenceError(ReferenceGrammar.isPath(path.lowercased()) ? .upperCase : .invalidFormat, text)
        }
        guard path.utf8.count <= ReferenceGrammar.maximumPathLength else { throw ReferenceError(.tooLong, text) }
        self.domain = domain
        self.path = path
        self.tag = tag
        self.digest = digest
    }

    /// `domain/path`, without tag and digest.
    package var name: String { "\(domain)/\(path)" }

    /// The reference with another tag. Throws `ReferenceError` when the tag is invalid.
    package func withTag(_ tag: String) throws(ReferenceError) -> ImageReference {
        try ImageReference(domain: domain, path: path, tag: tag, digest: digest)
    }

    /// The reference with another digest, keeping the tag.
    package func withDigest(_ digest: Digest) -> ImageReference {
        var result = self
        result.digest = digest
        return result
    }

    /// The reference without its tag.
    package func withoutTag() -> ImageReference {
        var result = self
        result.tag = nil
        return result
    }

    /// The reference without its digest.
    package func withoutDigest() -> ImageReference {
        var result = self
        result.digest = nil
        return result
    }

    /// The repository: the reference without tag and digest.
    package var repository: ImageReference { withoutTag().withoutDigest() }

    /// The reference, with the tag `latest` if it has neither tag nor digest.
    package func withDefaultTag() -> ImageReference {
        guard tag == nil, digest == nil else { return self }
        var result = self
        result.tag = Self.defaultTag
        return result
    }
}

extension ImageReference: CustomStringConvertible {
    /// `domain/path[:tag][@digest]`; parses to the same reference.
    package var description: String { name + suffix }

    /// The shortest text that parses to the same reference: `alpine` for `docker.io/library/alpine`.
    package var familiar: String { familiarName + suffix }

    /// The shortest name that parses to the same repository.
    package var familiarName: String {
        guard domain == Self.defaultDomain else { return name }
        let components = path.split(separator: "/")
        if components.count == 2, components[0] == "library", !ReferenceGrammar.isIdentifier(components[1]) {
            return String(components[1])
        }
        // A first component that looks like a registry would be read as one.
        return components[0].contains(".") || components[0] == "localhost" ? name : path
    }

    private var suffix: String {
        (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}
