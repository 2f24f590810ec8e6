import ContentDigest
import ImageModel
package import ImageTransports

/// Selects an image from an index.
package enum ImageChoice {
    /// What is being done, in the message of the error for an index without the platform.
    package static func context(of source: any ImageSource) -> String {
        "choosing an image from manifest list \(source.description)"
    }

    /// The manifest of the image in `index` that matches a platform best.
    ///
    /// - Throws: ``CopyError`` of kind `notFound` that names the available platforms.
    static func manifest(
        in index: RawManifest, of source: any ImageSource, for platform: Platform
    ) throws -> RawManifest {
        var raw = index
        // Indexes may be nested, but nobody needs many levels.
        for _ in 0..<4 where raw.isIndex {
            let current = raw
            let list = try CopyError.naming("\(source.description): index \(current.digest)") {
                try current.decodeIndex()
            }
            guard let chosen = Platform.bestMatch(in: list.manifests, wanted: platform) else {
                let present = list.manifests.compactMap { $0.platform?.description }.joined(separator: ", ")
                let kind = current.mediaType == .ociIndex ? "image index" : "manifest list"
                throw CopyError(
                    .notFound,
                    "\(context(of: source)): no image found in \(kind) for architecture "
                        + "\"\(platform.architecture)\", variant \"\(platform.variant ?? "")\", OS \"\(platform.os)\"; it has: "
                        + present)
            }
            raw = try CopyError.naming("\(source.description): manifest \(chosen.digest)") {
                try source.manifest(listed: chosen)
            }
        }
        guard !raw.isIndex else {
            throw CopyError(.unsupported, "\(source.description): manifest lists are nested too deeply")
        }
        return raw
    }
}
