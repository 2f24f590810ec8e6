import ImageModel

/// The name of a base image in the annotations and the history of what is built on it.
package enum BaseImageName {
    /// The name among those of an image that the user's reference (`FROM ...`) stands for: the reference itself, with
    /// the registry and the tag that it leaves out. An image referred to by its id has its first name.
    ///
    /// - Returns: nil if the image has no names.
    package static func chosen(for reference: String, among names: [String]) -> String? {
        if names.contains(reference) { return reference }
        let text = reference.hasPrefix("docker://") ? String(reference.dropFirst("docker://".count)) : reference
        guard let parsed = try? ImageReference(parsing: text) else { return names.first }
        let full = parsed.withDefaultTag()
        if names.contains(full.description) { return full.description }
        if parsed.digest != nil {
            // The image's name in that repository: not every store has the digest among the names.
            return names.first { name in
                (try? ImageReference(parsing: name)).map { isSame($0, as: parsed) } ?? false
            } ?? names.first
        }
        let short = full.familiar
        return names.first { $0.hasSuffix("/\(short)") } ?? names.first { $0.contains(text) } ?? names.first
    }

    private static func isSame(_ name: ImageReference, as reference: ImageReference) -> Bool {
        name.repository == reference.repository || name.name.hasSuffix("/\(reference.familiarName)")
    }

    /// Notes the base image in an image's annotations. A name without a registry is not one that others could use.
    package static func annotate(_ annotations: inout [String: String], name: String?, digest: String) {
        let usable = name.flatMap {
            (try? ImageReference(parsing: $0)) == nil || ImageReference.isShortName($0) ? nil : $0
        }
        annotations["org.opencontainers.image.base.name"] = usable
        annotations["org.opencontainers.image.base.digest"] = digest
    }
}
