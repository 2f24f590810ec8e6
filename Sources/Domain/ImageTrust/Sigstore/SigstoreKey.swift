import Crypto
import CryptoExtras
import FoundationEssentials
import JSONText
import KeyEncoding

/// A sigstore public key in PEM: ECDSA on P-256, P-384 or P-521, RSA of at least 2048 bits, or Ed25519.
///
/// Sigstore signs the SHA-256 digest of the payload with ECDSA on every curve and with RSA (PKCS #1 v1.5), and the
/// payload itself with Ed25519.
enum SigstoreKey {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)

    /// The beginning of an Ed25519 key in DER (RFC 8410, section 4).
    static let ed25519Header: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

    /// - Throws: `TrustError` for a key of any other kind.
    init(pem: [UInt8], name: String) throws(TrustError) {
        let der = PEMBlock.all(in: pem).first { $0.label == "PUBLIC KEY" || $0.label == "RSA PUBLIC KEY" }?.bytes
        guard let der, let key = SigstoreKey(der: der) else {
            throw TrustError(
                "\(name): not a public key in PEM: ECDSA (P-256, P-384, P-521), RSA from 2048 bits and Ed25519 are supported"
            )
        }
        self = key
    }

    /// A key in the form of certificates; nil for one of any other kind.
    init?(der: [UInt8]) {
        if let key = try? P256.Signing.PublicKey(derRepresentation: der) {
            self = .p256(key)
        } else if let key = try? P384.Signing.PublicKey(derRepresentation: der) {
            self = .p384(key)
        } else if let key = try? P521.Signing.PublicKey(derRepresentation: der) {
            self = .p521(key)
        } else if let key = try? _RSA.Signing.PublicKey(derRepresentation: der) {
            self = .rsa(key)
        } else if der.starts(with: Self.ed25519Header),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: der.dropFirst(Self.ed25519Header.count))
        {
            self = .ed25519(key)
        } else {
            return nil
        }
    }

    /// The key in the form of certificates.
    var der: [UInt8] {
        switch self {
        case .p256(let key): Array(key.derRepresentation)
        case .p384(let key): Array(key.derRepresentation)
        case .p521(let key): Array(key.derRepresentation)
        case .rsa(let key): Array(key.derRepresentation)
        case .ed25519(let key): Self.ed25519Header + Array(key.rawRepresentation)
        }
    }

    /// The hash that is signed, except with Ed25519.
    enum Hash {
        case sha256
        case sha384
        case sha512
    }

    /// Whether the key has signed `payload`; `signature` is base64, of the DER form for ECDSA.
    func accepts(_ signature: String, of payload: [UInt8]) -> Bool {
        Base64.decode(signature).map { accepts($0, of: payload, hash: .sha256) } ?? false
    }

    /// Whether the key has signed `payload`.
    func accepts(_ signature: [UInt8], of payload: [UInt8], hash: Hash) -> Bool {
        switch hash {
        case .sha256: accepts(signature, SHA256.hash(data: payload), payload)
        case .sha384: accepts(signature, SHA384.hash(data: payload), payload)
        case .sha512: accepts(signature, SHA512.hash(data: payload), payload)
        }
    }

    private func accepts(_ bytes: [UInt8], _ digest: some Digest, _ payload: [UInt8]) -> Bool {
        switch self {
        case .p256(let key):
            (try? P256.Signing.ECDSASignature(derRepresentation: bytes))
                .map { key.isValidSignature($0, for: digest) } ?? false
        case .p384(let key):
            (try? P384.Signing.ECDSASignature(derRepresentation: bytes))
                .map { key.isValidSignature($0, for: digest) } ?? false
        case .p521(let key):
            (try? P521.Signing.ECDSASignature(derRepresentation: bytes))
                .map { key.isValidSignature($0, for: digest) } ?? false
        case .rsa(let key):
            key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: bytes), for: digest, padding: .insecurePKCS1v1_5)
        case .ed25519(let key): key.isValidSignature(bytes, for: payload)
        }
    }

    var isECDSA: Bool {
        switch self {
        case .p256, .p384, .p521: true
        case .rsa, .ed25519: false
        }
    }
}
