package import ContentDigest

/// Computes the digest that identifies a manifest.
package enum ManifestDigest {
    /// The digest of all bytes, or for a signed schema 1 manifest of the signed content. Works for bytes that are not a
    /// manifest.
    ///
    /// Throws `ImageModelError` for a malformed signed manifest.
    package static func of(_ bytes: [UInt8]) throws(ImageModelError) -> Digest {
        guard RawManifest.guessType(bytes) == .dockerSchema1Signed else { return Digest.sha256(of: bytes) }
        return try SignedSchema1.digest(of: bytes)
    }
}
