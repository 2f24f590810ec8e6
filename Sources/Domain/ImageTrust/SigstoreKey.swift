import Crypto
import FoundationEssentials
import JSONText

/// A sigstore public key: ECDSA on P-256, in PEM.
struct SigstoreKey {
    private let key: P256.Signing.PublicKey

    /// - Throws: `TrustError` for a key of any other kind.
    init(pem: [UInt8], name: String) throws(TrustError) {
        do {
            key = try P256.Signing.PublicKey(pemRepresentation: String(decoding: pem, as: UTF8.self))
        } catch {
            throw TrustError("\(name): only ECDSA public keys on the curve P-256 in PEM are supported")
        }
    }

    /// Whether the key has signed `payload`; `signature` is base64 of its DER form.
    func accepts(_ signature: String, of payload: [UInt8]) -> Bool {
        guard let bytes = Base64.decode(signature),
            let parsed = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
        else { return false }
        return key.isValidSignature(parsed, for: payload)
    }
}
