import Crypto
import CryptoExtras
import FoundationEssentials
import JSONText
import KeyEncoding

/// The public key of a recipient: RSA (RSA-OAEP), or an elliptic curve of NIST (ECDH-ES and AES key wrap), as RFC 7518
/// defines them.
struct WrappingKey: Sendable {
    enum Material: Sendable {
        /// In DER: the library's own type cannot be shared between threads.
        case rsa(der: [UInt8])
        case p256(P256.KeyAgreement.PublicKey)
        case p384(P384.KeyAgreement.PublicKey)
        case p521(P521.KeyAgreement.PublicKey)
    }

    let material: Material
    /// The algorithm that a JSON Web Key demands.
    let algorithm: String?

    /// Parses a key in PEM, DER, or JSON (RFC 7517).
    ///
    /// - Returns: nil for anything else.
    init?(_ bytes: [UInt8]) {
        if let object = (try? JSONValue(parsing: bytes))?.object {
            guard let material = Self.material(jwk: object) else { return nil }
            self.material = material
            algorithm = object["alg"]?.string
            return
        }
        let der = PEMBlock.all(in: bytes).first { $0.label == "PUBLIC KEY" || $0.label == "RSA PUBLIC KEY" }?.bytes
        guard let material = Self.material(der: der ?? bytes) else { return nil }
        self.material = material
        algorithm = nil
    }

    private static func material(der: [UInt8]) -> Material? {
        if let key = try? P256.KeyAgreement.PublicKey(derRepresentation: der) { return .p256(key) }
        if let key = try? P384.KeyAgreement.PublicKey(derRepresentation: der) { return .p384(key) }
        if let key = try? P521.KeyAgreement.PublicKey(derRepresentation: der) { return .p521(key) }
        // Short keys are for those who have them: ocicrypt takes them as well.
        guard let key = try? _RSA.Encryption.PublicKey(unsafeDERRepresentation: der) else { return nil }
        return .rsa(der: Array(key.derRepresentation))
    }

    static func material(jwk: JSONObject) -> Material? {
        func field(_ name: String) -> [UInt8]? { jwk[name]?.string.flatMap(Base64URL.decode) }
        switch jwk["kty"]?.string {
        case "RSA":
            guard let n = field("n"), let e = field("e"), let key = try? _RSA.Encryption.PublicKey(n: n, e: e) else {
                return nil
            }
            return .rsa(der: Array(key.derRepresentation))
        case "EC":
            guard let x = field("x"), let y = field("y") else { return nil }
            let point = [4] + x + y
            switch jwk["crv"]?.string {
            case "P-256": return (try? P256.KeyAgreement.PublicKey(x963Representation: point)).map { .p256($0) }
            case "P-384": return (try? P384.KeyAgreement.PublicKey(x963Representation: point)).map { .p384($0) }
            case "P-521": return (try? P521.KeyAgreement.PublicKey(x963Representation: point)).map { .p521($0) }
            default: return nil
            }
        default: return nil
        }
    }

    /// Encrypts a key for this recipient.
    func wrap(_ key: [UInt8]) throws(EncryptionError) -> JWEMessage.Recipient {
        do {
            switch material {
            case .rsa(let der):
                let name = algorithm ?? "RSA-OAEP"
                guard let padding = UnwrappingKey.padding(name) else { throw Self.unsupported(name) }
                let encrypted = try _RSA.Encryption.PublicKey(unsafeDERRepresentation: der)
                    .encrypt(key, padding: padding)
                return JWEMessage.Recipient(header: ["alg": .string(name)], encryptedKey: Array(encrypted))
            case .p256(let own):
                let temporary = P256.KeyAgreement.PrivateKey()
                return try agreed(
                    key, try temporary.sharedSecretFromKeyAgreement(with: own), "P-256",
                    Array(temporary.publicKey.rawRepresentation))
            case .p384(let own):
                let temporary = P384.KeyAgreement.PrivateKey()
                return try agreed(
                    key, try temporary.sharedSecretFromKeyAgreement(with: own), "P-384",
                    Array(temporary.publicKey.rawRepresentation))
            case .p521(let own):
                let temporary = P521.KeyAgreement.PrivateKey()
                return try agreed(
                    key, try temporary.sharedSecretFromKeyAgreement(with: own), "P-521",
                    Array(temporary.publicKey.rawRepresentation))
            }
        } catch let error as EncryptionError {
            throw error
        } catch {
            throw EncryptionError("the layer's key cannot be encrypted: \(error)")
        }
    }

    /// Encrypts a key with RSA as PKCS #7 has it (PKCS #1 v1.5).
    func wrapForPKCS7(_ key: [UInt8]) throws(EncryptionError) -> [UInt8] {
        guard case .rsa(let der) = material else { throw EncryptionError("pkcs7: only RSA keys are supported") }
        do {
            return Array(
                try _RSA.Encryption.PublicKey(unsafeDERRepresentation: der)
                    .encrypt(key, padding: ._WEAK_AND_INSECURE_PKCS_V1_5))
        } catch {
            throw EncryptionError("the layer's key cannot be encrypted: \(error)")
        }
    }

    private func agreed(
        _ key: [UInt8], _ shared: SharedSecret, _ curve: String, _ point: [UInt8]
    ) throws -> JWEMessage.Recipient {
        let name = algorithm ?? "ECDH-ES+A256KW"
        guard let size = AgreedKey.sizes[name] else { throw Self.unsupported(name) }
        let wrapping = AgreedKey.derive(from: shared, algorithm: name, size: size)
        let encrypted = try AES.KeyWrap.wrap(SymmetricKey(data: key), using: SymmetricKey(data: wrapping))
        let half = point.count / 2
        let temporary: JSONObject = [
            "kty": "EC", "crv": .string(curve), "x": .string(Base64URL.encode(point[..<half])),
            "y": .string(Base64URL.encode(point[half...])),
        ]
        return JWEMessage.Recipient(
            header: ["alg": .string(name), "epk": .object(temporary)], encryptedKey: Array(encrypted))
    }

    private static func unsupported(_ algorithm: String) -> EncryptionError {
        EncryptionError("\(algorithm) is an unsupported JWE key algorithm")
    }
}

/// The key that two parties of a Diffie-Hellman exchange derive (RFC 7518, section 4.6.2).
enum AgreedKey {
    /// The supported algorithms with the sizes of their keys, in bytes.
    static let sizes = ["ECDH-ES+A128KW": 16, "ECDH-ES+A192KW": 24, "ECDH-ES+A256KW": 32]

    /// - Parameter size: at most the 32 bytes that one round of SHA-256 yields.
    static func derive(
        from shared: SharedSecret, algorithm: String, size: Int, producer: [UInt8] = [], consumer: [UInt8] = []
    ) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - $0 * 8)) } }
        func prefixed(_ bytes: [UInt8]) -> [UInt8] { number(bytes.count) + bytes }
        var hash = SHA256()
        hash.update(data: number(1))
        shared.withUnsafeBytes { hash.update(bufferPointer: $0) }
        hash.update(data: prefixed(Array(algorithm.utf8)) + prefixed(producer) + prefixed(consumer) + number(size * 8))
        return Array(hash.finalize().prefix(size))
    }
}
