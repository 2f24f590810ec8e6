package import ContentDigest
package import ImageModel
import JSONText
import LinuxSystem

/// Signs images with a private key, as cosign does.
package struct SigstoreSigner: Sendable {
    private let key: SigstorePrivateKey
    private let creator: String

    /// - Parameter creator: the name of the tool in the signature.
    package init(_ key: SigstorePrivateKey, creator: String) {
        self.key = key
        self.creator = creator
    }

    /// The key in a file as cosign writes it.
    ///
    /// - Throws: ``TrustError`` that names the file.
    package init(keyFile: String, passphrase: [UInt8], creator: String) throws(TrustError) {
        let bytes: [UInt8]
        do {
            bytes = try Files.readFile(keyFile, limit: 1 << 20)
        } catch {
            throw TrustError("reading private key from \(keyFile): \(error)")
        }
        do {
            self.init(try SigstorePrivateKey(encrypted: bytes, passphrase: passphrase), creator: creator)
        } catch {
            throw TrustError("initializing private key: \(keyFile): \(error.message)")
        }
    }

    /// A signature that claims: the manifest with this digest is the image of that name.
    ///
    /// - Parameter seconds: the time, since 1970.
    /// - Throws: ``TrustError``.
    package func sign(_ digest: Digest, as reference: String, seconds: Int64) throws(TrustError) -> ImageSignature {
        let payload = SignedClaim.payload(digest, reference, .sigstore, creator: creator, seconds: seconds)
        return .sigstore(
            SigstoreSignature(
                mediaType: SigstoreSignature.payloadType, payload: payload,
                annotations: [SigstoreSignature.annotation: Base64.encode(try key.sign(payload))]))
    }
}
