package import ImageModel
package import ImageTransports

/// Reads an image's manifest and configuration without copying it.
package enum ImageReader {
    /// The manifest of the image that a source's manifest or index names, and where to read its blobs. A schema 1 image
    /// is converted to schema 2, which requires reading its layers.
    ///
    /// - Throws: ``CopyError`` when it is not an image, or an index without the platform.
    package static func image(
        of source: any ImageSource, _ top: RawManifest, for platform: Platform
    ) throws -> (source: any ImageSource, manifest: Manifest) {
        let raw = try top.isIndex ? ImageChoice.manifest(in: top, of: source, for: platform) : top
        if raw.mediaType.isSchema1 {
            let upgraded = try Schema1ConvertingSource(source, raw)
            return (upgraded, try upgraded.upgraded.decodeManifest())
        }
        let manifest = try CopyError.naming("\(source.description): manifest \(raw.digest)") {
            try raw.decodeManifest()
        }
        return (source, manifest)
    }
}
