package import ContentDigest
package import ImageModel

/// Reads manifests and configurations of stored images; all code that needs them does so here.
extension ContainerStore {
    /// The image's manifest or manifest list; nil if it has none.
    ///
    /// - Parameter instance: the digest of another manifest stored with the image; nil: the image's own.
    /// - Throws: ``StoreError``; `ImageModelError` for an invalid manifest.
    package func manifest(of image: ImageRecord, instance: Digest? = nil) throws -> RawManifest? {
        let key = instance.map { "manifest-\($0)" } ?? "manifest"
        return try bigData(image: image.id, key).map { try RawManifest(bytes: $0, declaredType: nil) }
    }

    /// Whether an image is a manifest list. An invalid manifest is not one.
    package func isList(_ image: ImageRecord) throws(StoreError) -> Bool {
        guard let bytes = try bigData(image: image.id, "manifest") else { return false }
        return (try? RawManifest(bytes: bytes))?.isIndex ?? false
    }

    /// The unmodified configuration that a manifest of an image names; nil if the image does not have it.
    ///
    /// - Throws: ``StoreError`` with `corrupt` if it does not match its digest.
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
