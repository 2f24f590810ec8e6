package import ContainerStore
import ContentDigest
package import ImageModel

extension ImageSigner {
    /// The name to sign for an image of a store.
    ///
    /// - Parameter name: the image's, nil for none.
    /// - Throws: ``CopyError`` when there is none to sign.
    package func storedName(_ name: String?) throws -> ImageReference {
        try self.name(at: "containers-storage:\(name ?? "")", name.map { try ImageReference(parsing: $0) })
    }

    /// Adds signatures to an image of a store.
    ///
    /// - Parameter name: the image's, nil for none.
    package func sign(_ image: ImageRecord, named name: String?, in store: ContainerStore) throws {
        let name = try storedName(name)
        guard let manifest = try store.manifest(of: image) else {
            throw CopyError(.notFound, "containers-storage:\(image.id): the image has no manifest")
        }
        let known = try store.signatures(of: image, manifest: manifest.digest)
        let new = try sign(manifest, as: name).map(\.blob)
        try store.setSignatures(known + new, of: manifest.digest, image: image.id)
    }
}
