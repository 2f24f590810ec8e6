package import ContainerStore
import ContentDigest
package import ImageModel

/// An image of the store with its configuration read.
package struct StoredImage: Sendable {
    package let record: ImageRecord
    package let config: ImageConfig
    package let manifest: RawManifest
    /// The configuration as it lies in the store.
    package let configBytes: [UInt8]

    /// The configuration that containers of the image begin with.
    package var containerConfig: ContainerConfig { config.config ?? ContainerConfig() }

    /// Reads an image's manifest and configuration out of the store, the configuration's digest checked.
    ///
    /// - Throws: ``WorkingContainerError`` with `unsupported` for a manifest list and for what is no image at all.
    package init(_ record: ImageRecord, in store: ContainerStore) throws {
        guard let raw = try store.manifest(of: record) else {
            throw WorkingContainerError(.notFound, "image \(record.id) has no manifest")
        }
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
}
