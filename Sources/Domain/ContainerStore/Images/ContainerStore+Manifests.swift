package import ContentDigest
package import ImageModel

/// What an image's data says of it. All that looks into an image of the store reads its manifest and configuration here.
extension ContainerStore {
    /// The manifest of an image, or the list that it is; nil where it has none.
    ///
    /// - Parameter instance: the digest under which to look for a manifest that came with the image; nil: the image's own.
    /// - Throws: ``StoreError``; `ImageModelError` for what is no manifest.
    package func manifest(of image: ImageRecord, instance: Digest? = nil) throws -> RawManifest? {
        let key = instance.map { "manifest-\($0)" } ?? "manifest"
        return try bigData(image: image.id, key).map { try RawManifest(bytes: $0, declaredType: nil) }
    }

    /// Whether an image is a list of images. What is no manifest at all is none.
    package func isList(_ image: ImageRecord) throws(StoreError) -> Bool {
        guard let bytes = try bigData(image: image.id, "manifest") else { return false }
        return (try? RawManifest(bytes: bytes))?.isIndex ?? false
    }

    /// The configuration that a manifest of an image names, as it was written; nil where the image does not have it.
    ///
    /// - Throws: ``StoreError`` with `corrupt` where it is not what its digest says.
    package func configuration(_ digest: Digest, of image: ImageRecord) throws(StoreError) -> [UInt8]? {
        guard let bytes = try bigData(image: image.id, digest.description) else { return nil }
        do {
            let verifier = DigestVerifier(expecting: digest)
            verifier.update(bytes)
            try verifier.verify()
        } catch {
            throw StoreError(.corrupt, "image \(image.id): configuration: \(error)", subject: image.id)
        }
        return bytes
    }
}
