package import ContentDigest
package import ImageModel

/// Signs images with a key of the user's own, using the system's `gpg` (containers-signature(5)).
package struct SimpleSigner: Sendable {
    private let key: String
    private let passphraseFile: String?
    private let creator: String

    /// - Parameters:
    ///   - key: a fingerprint, or anything else by which `gpg` finds a secret key.
    ///   - passphraseFile: a file whose first line is the passphrase; nil: the user's agent asks if needed.
    ///   - creator: the name of the tool in the signature.
    package init(key: String, passphraseFile: String? = nil, creator: String) {
        self.key = key
        self.passphraseFile = passphraseFile
        self.creator = creator
    }

    /// A signature that claims: the manifest with this digest is the image of that name.
    ///
    /// - Parameter seconds: the time, since 1970.
    /// - Throws: ``TrustError``.
    package func sign(_ digest: Digest, as reference: String, seconds: Int64) throws(TrustError) -> ImageSignature {
        let content = SignedClaim.payload(digest, reference, .simple, creator: creator, seconds: seconds)
        return .simple(try GPG(homeDirectory: nil).sign(content, by: key, passphraseFile: passphraseFile))
    }

    /// Checks that the key can sign, which may ask its owner for the passphrase, before anything depends on it.
    ///
    /// - Throws: ``TrustError``.
    package func checkAbility() throws(TrustError) {
        // No verifier takes this for a claim.
        _ = try GPG(homeDirectory: nil).sign(Array("trial".utf8), by: key, passphraseFile: passphraseFile)
    }
}
