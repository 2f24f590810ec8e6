import ContentDigest

extension ImageReference {
    /// Parses a reference as users write it and qualifies it: `alpine` is `docker.io/library/alpine`. The part before
    /// the first slash is a registry if it contains a dot, a colon or an upper-case letter, or is `localhost`.
    ///
    /// Does not add a tag (see `withDefaultTag`). Throws `ReferenceError`.
    package init(parsing text: String) throws(ReferenceError) {
        guard !ReferenceGrammar.isIdentifier(text) else { throw ReferenceError(.identifier, text) }
        guard !text.isEmpty else { throw ReferenceError(.empty, text) }
        let (domain, remainder) = Self.split(text)
        let (path, tag, digestText) = Self.dissect(remainder)
        if path.isEmpty { throw ReferenceError(.invalidFormat, text) }
        if path.utf8.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) {
            throw ReferenceError(.upperCase, text)
        }
        var digest: Digest?
        if let digestText {
            guard let parsed = Digest(digestText) else { throw ReferenceError(.invalidDigest, text) }
            digest = parsed
        }
        do throws(ReferenceError) {
            try self.init(domain: domain, path: path, tag: tag, digest: digest)
        } catch {
            throw ReferenceError(error.kind, text)
        }
    }

    /// Whether a text names a repository without a registry, so that the configured search registries and aliases
    /// apply. Invalid references are not short names.
    package static func isShortName(_ text: String) -> Bool {
        guard (try? ImageReference(parsing: text)) != nil else { return false }
        guard let slash = text.firstIndex(of: "/") else { return true }
        let first = text[..<slash]
        return !first.contains(".") && !first.contains(":") && first != "localhost"
    }

    /// Qualifies a short name with a registry, applying Docker Hub's rules only on that registry itself: `x` on
    /// `quay.io` is `quay.io/x`. A registry may include a namespace: `quay.io/fedora`. Throws `ReferenceError`.
    package init(shortName: String, registry: String) throws(ReferenceError) {
        guard Self.isShortName(shortName) else { throw ReferenceError(.invalidFormat, shortName) }
        try self.init(parsing: "\(registry)/\(shortName)")
    }

    /// Splits a reference into the registry and the rest.
    private static func split(_ text: String) -> (domain: String, remainder: String) {
        var domain = defaultDomain
        var remainder = text
        if let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) {
            let first = String(text[..<slash])
            if first == "localhost" || first == "index.docker.io" || first.contains(".") || first.contains(":")
                || first.lowercased() != first
            {
                domain = first == "index.docker.io" ? defaultDomain : first
                remainder = String(text[text.utf8.index(after: slash)...])
            }
        }
        if domain == defaultDomain, !remainder.utf8.contains(UInt8(ascii: "/")) {
            remainder = "library/" + remainder
        }
        return (domain, remainder)
    }

    /// Path, tag and digest of the part after the registry. Neither a path nor a tag contains `:` or `@`, so the first
    /// ones are the separators; the parts are validated afterwards.
    private static func dissect(_ text: String) -> (path: String, tag: String?, digest: String?) {
        var rest = text[...]
        var digest: String?
        if let at = rest.utf8.firstIndex(of: UInt8(ascii: "@")) {
            digest = String(rest[rest.utf8.index(after: at)...])
            rest = rest[..<at]
        }
        guard let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")) else { return (String(rest), nil, digest) }
        return (String(rest[..<colon]), String(rest[rest.utf8.index(after: colon)...]), digest)
    }
}
