package import ContentDigest

/// The digest by which a manifest is known.
package enum ManifestDigest {
    /// Of all bytes; of a signed schema 1 manifest, of what was signed. Bytes that are no manifest have a digest too.
    ///
    /// Throws `ImageModelError` for a signed manifest that cannot be taken apart.
    package static func of(_ bytes: [UInt8]) throws(ImageModelError) -> Digest {
        guard RawManifest.guessType(bytes) == .dockerSchema1Signed else { return Digest.sha256(of: bytes) }
        return try SignedSchema1.digest(of: bytes)
    }
}
