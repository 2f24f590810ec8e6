package import ContentDigest
import ImageModel
import JSONText

/// A simple signature in a separate file.
package struct DetachedSignature {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Verifies that a key has signed that the manifest is the image of that name.
    ///
    /// - Parameters:
    ///   - fingerprints: those of the accepted primary keys; nil: all of `keys`.
    ///   - keys: the content and the name of a file with public keys; nil: the user's own keys.
    ///   - temporaryDirectory: where a keyring is created for `keys`.
    /// - Returns: the digest that was signed, and the fingerprint of the key.
    /// - Throws: ``TrustError`` that says what does not match.
    package func verify(
        _ manifest: [UInt8], named name: String, fingerprints: [String]?, keys: (bytes: [UInt8], name: String)? = nil,
        temporaryDirectory: String = "/tmp"
    ) throws -> (digest: Digest, fingerprint: String) {
        let expected = try ImageReference(parsing: name)
        let keyring = try keys.map { try GPGKeyring(keys: [$0], in: temporaryDirectory) }
        defer { keyring?.close() }
        let verified = try keyring?.verify(bytes) ?? GPG(homeDirectory: nil).verify(bytes)
        let fingerprints = fingerprints ?? keyring?.fingerprints.sorted() ?? []
        guard fingerprints.contains(verified.fingerprint) else {
            throw TrustError(
                "Signature by \(verified.fingerprint) does not match expected fingerprint"
                    + "\(fingerprints.count == 1 ? "" : "s") \(fingerprints.joined(separator: ", "))")
        }
        let claim = try SignedClaim(verified.content, .simple)
        guard let signed = try? ImageReference(parsing: claim.reference) else {
            throw TrustError("Invalid docker reference \(claim.shownReference) in signature")
        }
        guard signed == expected else {
            throw TrustError("Docker reference \(signed) does not match \(expected)")
        }
        let digest =
            try claim.digest.algorithm == .sha256
            ? ManifestDigest.of(manifest) : Digest.hash(manifest, with: claim.digest.algorithm)
        guard digest == claim.digest else {
            throw TrustError("Signature for docker digest \"\(claim.digest)\" does not match")
        }
        return (claim.digest, verified.fingerprint)
    }

    /// The signature's claims without verification: none of them can be trusted.
    ///
    /// - Parameter temporaryDirectory: where an empty keyring is created meanwhile.
    package func unverified(temporaryDirectory: String = "/tmp") throws -> Unverified {
        let keyring = try GPGKeyring(keys: [], in: temporaryDirectory)
        defer { keyring.close() }
        let result = try keyring.gpg.run(["--decrypt"], input: bytes)
        guard result.count("PLAINTEXT") == 1,
            let unknown = result.statuses.first(where: { $0.first == "ERRSIG" }), unknown.count > 1
        else { throw TrustError("it is not a signed message") }
        return Unverified(
            claim: try SignedClaim(result.output, .simple),
            optional: (try? JSONValue(parsing: result.output))?["optional"], shortKey: unknown[1])
    }

    /// The claims of an unverified signature.
    package struct Unverified {
        /// The digest of the signed manifest.
        package let digest: Digest
        /// The claimed image name.
        package let reference: String
        /// The tool that created the signature.
        package let creator: String?
        /// The signing time, in seconds since 1970.
        package let seconds: Int64?
        /// The last 16 digits of the key's fingerprint.
        package let shortKey: String

        init(claim: SignedClaim, optional: JSONValue?, shortKey: String) {
            digest = claim.digest
            reference = claim.reference
            creator = optional?["creator"]?.string
            seconds = optional?["timestamp"]?.integer
            self.shortKey = shortKey
        }
    }
}
