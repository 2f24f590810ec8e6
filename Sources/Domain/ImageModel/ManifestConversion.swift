import JSONText

/// Conversion between OCI's formats and Docker's version 2, schema 2.
///
/// Both describe the same image with the same configuration blob, so only media types change; the digests of blobs, and
/// thus the image's id, stay the same. Docker's format has no annotations, subject, artifact type or embedded data:
/// converting to it drops them. Members unknown to both formats survive when the kind of document does not change.
package enum ManifestConversion {
    /// Converts a manifest and its configuration. A manifest that already has the target type is returned byte for
    /// byte.
    ///
    /// Throws `ImageModelError`: `inconvertible` when the target format cannot express the image (zstd layers and
    /// artifacts in Docker's format, anything in schema 1), and decoding errors.
    package static func convert(
        _ manifest: RawManifest, config: [UInt8], to wanted: MediaType
    ) throws -> (manifest: RawManifest, config: [UInt8]) {
        if manifest.mediaType == wanted { return (manifest, config) }
        let converted = try convert(manifest.decodeManifest(), to: wanted)
        return (try RawManifest(encoding: converted), config)
    }

    /// Converts a decoded manifest; see `convert(_:config:to:)`.
    package static func convert(_ manifest: Manifest, to wanted: MediaType) throws(ImageModelError) -> Manifest {
        switch wanted {
        case .ociManifest: try toOCI(manifest)
        case .dockerManifest: try toDocker(manifest)
        default: throw ImageModelError(.inconvertible, "cannot convert a manifest to \(wanted)")
        }
    }

    /// Converts an index; its entries are unchanged, to be replaced by those of the converted manifests.
    package static func convert(_ index: ImageIndex, to wanted: MediaType) throws(ImageModelError) -> ImageIndex {
        var result = index
        let staysSame = index.mediaType ?? .ociIndex == wanted
        result.mediaType = wanted
        if !staysSame { result.extra = JSONObject() }
        switch wanted {
        case .ociIndex:
            if !staysSame { result.manifests = result.manifests.map(withoutUnknownMembers) }
            for entry in result.manifests.indices { result.manifests[entry].platform?.features = nil }
        case .dockerManifestList:
            result.artifactType = nil
            result.subject = nil
            result.annotations = nil
            result.manifests = index.manifests.map { entry in
                var plain = withoutOCIMembers(entry, keepsUnknown: staysSame)
                plain.platform = entry.platform
                return plain
            }
        default:
            throw ImageModelError(.inconvertible, "cannot convert an index to \(wanted)")
        }
        return result
    }

    private static func toOCI(_ manifest: Manifest) throws(ImageModelError) -> Manifest {
        var result = manifest
        if manifest.mediaType?.isDocker == true {
            result.extra = JSONObject()
            result.config = withoutUnknownMembers(manifest.config)
            result.layers = manifest.layers.map(withoutUnknownMembers)
        }
        result.mediaType = .ociManifest
        if result.config.mediaType == .dockerConfig {
            result.config.mediaType = .ociConfig
        }
        for index in result.layers.indices {
            let type = result.layers[index].mediaType
            if let converted = ociTypes[type] {
                result.layers[index].mediaType = converted
            } else if type.isDocker {
                throw ImageModelError(.inconvertible, "a layer of type \(type) cannot be in an OCI image")
            }
        }
        return result
    }

    private static func toDocker(_ manifest: Manifest) throws(ImageModelError) -> Manifest {
        var result = manifest
        guard manifest.config.mediaType.isImageConfig else {
            throw ImageModelError(
                .inconvertible, "an artifact (\(manifest.config.mediaType)) cannot be expressed in Docker's format")
        }
        let staysSame = manifest.mediaType == .dockerManifest
        result.mediaType = .dockerManifest
        if !staysSame { result.extra = JSONObject() }
        result.artifactType = nil
        result.subject = nil
        result.annotations = nil
        result.config = withoutOCIMembers(manifest.config, keepsUnknown: staysSame)
        result.config.mediaType = .dockerConfig
        result.layers = []
        for layer in manifest.layers {
            var plain = withoutOCIMembers(layer, keepsUnknown: staysSame)
            guard layer.mediaType.layerCompression != .zstd else {
                throw ImageModelError(
                    .inconvertible,
                    "Docker's format has no zstd layers; recompress \(layer.digest) with gzip or use the OCI format")
            }
            guard let type = dockerTypes[layer.mediaType] else {
                throw ImageModelError(
                    .inconvertible, "a layer of type \(layer.mediaType) cannot be expressed in Docker's format")
            }
            plain.mediaType = type
            result.layers.append(plain)
        }
        return result
    }

    private static func withoutOCIMembers(_ descriptor: Descriptor, keepsUnknown: Bool) -> Descriptor {
        Descriptor(
            mediaType: descriptor.mediaType, digest: descriptor.digest, size: descriptor.size, urls: descriptor.urls,
            extra: keepsUnknown ? descriptor.extra : JSONObject())
    }

    private static func withoutUnknownMembers(_ descriptor: Descriptor) -> Descriptor {
        var result = descriptor
        result.extra = JSONObject()
        return result
    }

    private static let ociTypes: [MediaType: MediaType] = [
        .dockerLayer: .ociLayer, .dockerLayerGzip: .ociLayerGzip, .dockerLayerZstd: .ociLayerZstd,
        .dockerForeignLayer: .ociNonDistributableLayer, .dockerForeignLayerGzip: .ociNonDistributableLayerGzip,
    ]

    private static let dockerTypes: [MediaType: MediaType] = [
        .ociLayer: .dockerLayer, .ociLayerGzip: .dockerLayerGzip,
        .ociNonDistributableLayer: .dockerForeignLayer, .ociNonDistributableLayerGzip: .dockerForeignLayerGzip,
        .dockerLayer: .dockerLayer, .dockerLayerGzip: .dockerLayerGzip,
        .dockerForeignLayer: .dockerForeignLayer, .dockerForeignLayerGzip: .dockerForeignLayerGzip,
    ]
}
