import Crypto
import CryptoExtras
import FoundationEssentials
import KeyEncoding

/// A private key for sigstore signatures; see ``SigstoreKey``.
package struct SigstorePrivateKey: Sendable {
    private enum Material: Sendable {
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    private let material: Material

    /// A new key on P-256, which every implementation must accept.
    package init() {
        material = .p256(P256.Signing.PrivateKey())
    }

    /// The key in a file as cosign writes it.
    ///
    /// - Throws: ``TrustError`` for a wrong passphrase, and for any other file.
    package init(encrypted file: [UInt8], passphrase: [UInt8]) throws(TrustError) {
        let der = try EncryptedKeyFile.decrypt(file, passphrase: passphrase)
        if let key = try? P256.Signing.PrivateKey(derRepresentation: der) {
            material = .p256(key)
        } else if let key = try? P384.Signing.PrivateKey(derRepresentation: der) {
            material = .p384(key)
        } else if let key = try? P521.Signing.PrivateKey(derRepresentation: der) {
            material = .p521(key)
        } else if let key = try? Curve25519.Signing.PrivateKey(derRepresentation: der) {
            material = .ed25519(key)
        } else if let key = try? _RSA.Signing.PrivateKey(derRepresentation: der) {
            material = .rsa(key)
        } else {
            throw TrustError("unsupported key type: ECDSA, RSA from 2048 bits and Ed25519 are supported")
        }
    }

    /// The file with the key, encrypted.
    package func encrypted(passphrase: [UInt8]) throws(TrustError) -> String {
        let der: [UInt8] =
            switch material {
            case .p256(let key): Array(key.derRepresentation)
            case .p384(let key): Array(key.derRepresentation)
            case .p521(let key): Array(key.derRepresentation)
            case .rsa(let key): Array(key.pkcs8DERRepresentation)
            case .ed25519(let key): Array(key.derRepresentation)
            }
        return try EncryptedKeyFile.encrypt(der, passphrase: passphrase)
    }

    /// The public key, in PEM with a newline at its end.
    package var publicKey: String {
        let der: [UInt8] =
            switch material {
            case .p256(let key): Array(key.publicKey.derRepresentation)
            case .p384(let key): Array(key.publicKey.derRepresentation)
            case .p521(let key): Array(key.publicKey.derRepresentation)
            case .rsa(let key): Array(key.publicKey.derRepresentation)
            // RFC 8410, section 4.
            case .ed25519(let key): SigstoreKey.ed25519Header + Array(key.publicKey.rawRepresentation)
            }
        return PEMBlock(label: "PUBLIC KEY", bytes: der).text
    }

    /// The signature of `payload`; of its SHA-256 digest, except with Ed25519.
    func sign(_ payload: [UInt8]) throws(TrustError) -> [UInt8] {
        let digest = SHA256.hash(data: payload)
        do {
            switch material {
            case .p256(let key): return Array(try key.signature(for: digest).derRepresentation)
            case .p384(let key): return Array(try key.signature(for: digest).derRepresentation)
            case .p521(let key): return Array(try key.signature(for: digest).derRepresentation)
            case .rsa(let key):
                return Array(try key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation)
            case .ed25519(let key): return Array(try key.signature(for: payload))
            }
        } catch {
            throw TrustError("creating signature: \(error)")
        }
    }
}
