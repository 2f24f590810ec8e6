/// A media type (RFC 6838): open, since artifacts define their own.
package struct MediaType: RawRepresentable, Hashable, Codable, Sendable {
    /// The type as written, like `application/vnd.oci.image.manifest.v1+json`.
    package let rawValue: String

    /// Takes the type as is, without validation.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The type in an HTTP `Content-Type` header: lower-cased, without parameters.
    package init(contentType: String) {
        let type = contentType.prefix { $0 != ";" }
        let trimmed = type.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
        rawValue = String(trimmed).lowercased()
    }
}

extension MediaType: CustomStringConvertible, ExpressibleByStringLiteral {
    package var description: String { rawValue }

    package init(stringLiteral value: String) {
        self.init(rawValue: value)
    }
}

extension MediaType {
    /// An image manifest (OCI image-spec, manifest.md).
    package static let ociManifest: MediaType = "application/vnd.oci.image.manifest.v1+json"
    /// An image index (OCI image-spec, image-index.md).
    package static let ociIndex: MediaType = "application/vnd.oci.image.index.v1+json"
    /// An image configuration (OCI image-spec, config.md).
    package static let ociConfig: MediaType = "application/vnd.oci.image.config.v1+json"
    /// A layer, uncompressed.
    package static let ociLayer: MediaType = "application/vnd.oci.image.layer.v1.tar"
    /// A layer, uncompressed: an alias of `ociLayer`.
    package static let ociLayerTar: MediaType = ociLayer
    /// A layer compressed with gzip.
    package static let ociLayerGzip: MediaType = "application/vnd.oci.image.layer.v1.tar+gzip"
    /// A layer compressed with zstd.
    package static let ociLayerZstd: MediaType = "application/vnd.oci.image.layer.v1.tar+zstd"
    /// A non-distributable layer, uncompressed (deprecated by the specification).
    package static let ociNonDistributableLayer: MediaType = "application/vnd.oci.image.layer.nondistributable.v1.tar"
    /// A non-distributable layer, compressed with gzip.
    package static let ociNonDistributableLayerGzip: MediaType =
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
    /// A non-distributable layer, compressed with zstd.
    package static let ociNonDistributableLayerZstd: MediaType =
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"
    /// The empty descriptor's content `{}` (OCI image-spec, manifest.md, guidance for an empty descriptor).
    package static let ociEmpty: MediaType = "application/vnd.oci.empty.v1+json"

    /// Docker's image manifest, version 2, schema 2.
    package static let dockerManifest: MediaType = "application/vnd.docker.distribution.manifest.v2+json"
    /// Docker's manifest list, version 2.
    package static let dockerManifestList: MediaType = "application/vnd.docker.distribution.manifest.list.v2+json"
    /// Docker's image configuration.
    package static let dockerConfig: MediaType = "application/vnd.docker.container.image.v1+json"
    /// Docker's layer, uncompressed.
    package static let dockerLayer: MediaType = "application/vnd.docker.image.rootfs.diff.tar"
    /// Docker's layer, compressed with gzip.
    package static let dockerLayerGzip: MediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    /// Docker's layer, compressed with zstd (never standardised, but seen).
    package static let dockerLayerZstd: MediaType = "application/vnd.docker.image.rootfs.diff.tar.zstd"
    /// Docker's foreign layer, uncompressed.
    package static let dockerForeignLayer: MediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar"
    /// Docker's foreign layer, compressed with gzip.
    package static let dockerForeignLayerGzip: MediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    /// Docker's image manifest, version 2, schema 1, unsigned.
    package static let dockerSchema1: MediaType = "application/vnd.docker.distribution.manifest.v1+json"
    /// Docker's image manifest, version 2, schema 1, signed.
    package static let dockerSchema1Signed: MediaType = "application/vnd.docker.distribution.manifest.v1+prettyjws"
}

extension MediaType {
    /// Whether this is the manifest of a single image in any format.
    package var isManifest: Bool {
        [.ociManifest, .dockerManifest, .dockerSchema1, .dockerSchema1Signed].contains(self)
    }

    /// Whether this is an OCI index or a Docker manifest list.
    package var isIndex: Bool {
        self == .ociIndex || self == .dockerManifestList
    }

    /// Whether this is one of Docker's schema 1 manifests.
    package var isSchema1: Bool {
        self == .dockerSchema1 || self == .dockerSchema1Signed
    }

    /// Whether Docker defined this type.
    package var isDocker: Bool {
        rawValue.hasPrefix("application/vnd.docker.")
    }

    /// Whether this is an image configuration in either format.
    package var isImageConfig: Bool {
        self == .ociConfig || self == .dockerConfig
    }
}
