package import ContainerStore
import ContentDigest
package import ImageModel

/// An image of the store with its parsed configuration.
package struct StoredImage: Sendable {
    package let record: ImageRecord
    package let config: ImageConfig
    package let manifest: RawManifest
    /// The configuration as stored.
    package let configBytes: [UInt8]

    /// The initial configuration of the image's containers.
    package var containerConfig: ContainerConfig { config.config ?? ContainerConfig() }

    /// Reads an image's manifest and configuration from the store, verifying the configuration's digest.
    ///
    /// - Throws: ``WorkingContainerError`` with `unsupported` for manifest lists and artifacts that are not images.
    package init(_ record: ImageRecord, in store: ContainerStore) throws {
        guard let top = try store.manifest(of: record) else {
            throw WorkingContainerError(.notFound, "image \(record.id) has no manifest")
        }
        let raw = try top.isIndex ? Self.ownManifest(of: record, in: store) ?? top : top
        guard !raw.mediaType.isIndex else {
            throw WorkingContainerError(
                .unsupported, "\(record.names.first ?? record.id) is a manifest list, not an image")
        }
        let manifest = try raw.decodeManifest()
        guard let config = try store.configuration(manifest.config.digest, of: record) else {
            throw WorkingContainerError(.notFound, "image \(record.id) has no configuration \(manifest.config.digest)")
        }
        self.record = record
        self.manifest = raw
        self.config = try ImageConfig(parsing: config)
        configBytes = config
    }

    /// The manifest of an image that has become a manifest list in place: its configuration's digest is still the id.
    private static func ownManifest(of record: ImageRecord, in store: ContainerStore) throws -> RawManifest? {
        guard record.topLayer != nil else { return nil }
        for key in record.bigDataNames where key.hasPrefix("manifest-") {
            guard let digest = Digest(String(key.dropFirst("manifest-".count))),
                let raw = try store.manifest(of: record, instance: digest), !raw.isIndex,
                try raw.decodeManifest().config.digest.hex == record.id
            else { continue }
            return raw
        }
        return nil
    }
}
