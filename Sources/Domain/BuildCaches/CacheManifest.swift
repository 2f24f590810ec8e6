package import ImageModel

/// The manifest of a cache, in one of BuildKit's two forms.
package enum CacheManifest {
    /// The form of a new manifest.
    package enum Form: Sendable, Equatable {
        /// An OCI image manifest: BuildKit's default since 0.21, accepted by every registry.
        case image
        /// An OCI index that lists layers and configuration as if they were manifests.
        case index
    }

    /// What a manifest refers to.
    package enum Content: Sendable {
        /// A cache: its configuration and its blobs.
        case cache(config: Descriptor, blobs: [Descriptor])
        /// An image, whose configuration may have a cache.
        case image(Manifest)
        /// Images for several platforms.
        case images([Descriptor])
    }

    /// The manifest of a cache.
    package static func encode(config: Descriptor, blobs: [Descriptor], _ form: Form) throws -> RawManifest {
        switch form {
        case .image: try RawManifest(encoding: Manifest(config: config, layers: blobs))
        case .index: try RawManifest(encoding: ImageIndex(manifests: blobs + [config]))
        }
    }

    /// Reads a manifest.
    ///
    /// - Throws: `ImageModelError` if it is malformed, ``BuildCacheError`` if it has another type.
    package static func read(_ raw: RawManifest) throws -> Content {
        if raw.isIndex {
            let entries = try raw.decodeIndex().manifests
            guard let config = entries.first(where: { $0.mediaType == CacheTable.mediaType }) else {
                return .images(entries.filter(\.mediaType.isManifest))
            }
            return .cache(config: config, blobs: entries.filter { $0.mediaType.isLayer })
        }
        guard raw.mediaType == .ociManifest || raw.mediaType == .dockerManifest else {
            throw BuildCacheError("manifests of type \(raw.mediaType) are not caches")
        }
        let manifest = try raw.decodeManifest()
        if manifest.config.mediaType == CacheTable.mediaType {
            return .cache(config: manifest.config, blobs: manifest.layers)
        }
        guard !manifest.isArtifact else {
            throw BuildCacheError("an artifact of type \"\(manifest.typeOfArtifact)\" is not a cache")
        }
        return .image(manifest)
    }
}
