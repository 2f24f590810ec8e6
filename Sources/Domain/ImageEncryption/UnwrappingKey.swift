import Crypto
import CryptoExtras
import FoundationEssentials
import JSONText
import KeyEncoding

/// A recipient's private key; see ``WrappingKey``.
struct UnwrappingKey: Sendable {
    private enum Material: Sendable {
        /// In DER: the library's own type cannot be shared between threads.
        case rsa(der: [UInt8])
        case p256(P256.KeyAgreement.PrivateKey)
        case p384(P384.KeyAgreement.PrivateKey)
        case p521(P521.KeyAgreement.PrivateKey)
    }

    private let material: Material

    /// Parses a key in PEM, DER, or JSON (RFC 7517).
    ///
    /// - Throws: ``EncryptionError`` for an encrypted key with a missing or wrong password.
    /// - Returns: nil for anything else.
    init?(_ bytes: [UInt8], password: [UInt8]?) throws(EncryptionError) {
        if let object = (try? JSONValue(parsing: bytes))?.object {
            guard let material = Self.material(jwk: object) else { return nil }
            self.material = material
            return
        }
        let labels = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
        let block = PEMBlock.all(in: bytes).first { labels.contains($0.label) }
        if let block, block.label.hasPrefix("ENCRYPTED") || block.headers["DEK-Info"] != nil {
            material = try Self.encrypted(bytes, password)
            return
        }
        guard let material = Self.material(der: block?.bytes ?? bytes) else { return nil }
        self.material = material
    }

    private static func encrypted(_ pem: [UInt8], _ password: [UInt8]?) throws(EncryptionError) -> Material {
        guard let password else { throw EncryptionError("JWE: Missing password for encrypted private key") }
        let text = String(decoding: pem, as: UTF8.self)
        guard
            let key = try? _RSA.Signing.PrivateKey(
                encryptedPEMRepresentation: text, passphraseCallback: { (set: ([UInt8]) -> Void) in set(password) })
        else {
            throw EncryptionError(
                "JWE: Wrong password: could not decrypt private key (encrypted keys for RSA are supported)")
        }
        return .rsa(der: Array(key.derRepresentation))
    }

    private static func material(der: [UInt8]) -> Material? {
        if let key = try? P256.KeyAgreement.PrivateKey(derRepresentation: der) { return .p256(key) }
        if let key = try? P384.KeyAgreement.PrivateKey(derRepresentation: der) { return .p384(key) }
        if let key = try? P521.KeyAgreement.PrivateKey(derRepresentation: der) { return .p521(key) }
        guard let key = try? _RSA.Encryption.PrivateKey(unsafeDERRepresentation: der) else { return nil }
        return .rsa(der: Array(key.derRepresentation))
    }

    private static func material(jwk: JSONObject) -> Material? {
        func field(_ name: String) -> [UInt8]? { jwk[name]?.string.flatMap(Base64URL.decode) }
        guard let d = field("d") else { return nil }
        switch (jwk["kty"]?.string, jwk["crv"]?.string) {
        case ("RSA", _):
            guard let n = field("n"), let e = field("e"), let p = field("p"), let q = field("q"),
                let key = try? _RSA.Encryption.PrivateKey(n: n, e: e, d: d, p: p, q: q)
            else { return nil }
            return .rsa(der: Array(key.derRepresentation))
        case ("EC", "P-256"): return (try? P256.KeyAgreement.PrivateKey(rawRepresentation: d)).map { .p256($0) }
        case ("EC", "P-384"): return (try? P384.KeyAgreement.PrivateKey(rawRepresentation: d)).map { .p384($0) }
        case ("EC", "P-521"): return (try? P521.KeyAgreement.PrivateKey(rawRepresentation: d)).map { .p521($0) }
        default: return nil
        }
    }

    static func padding(_ algorithm: String) -> _RSA.Encryption.Padding? {
        switch algorithm {
        case "RSA-OAEP": .PKCS1_OAEP
        case "RSA-OAEP-256": .PKCS1_OAEP_SHA256
        default: nil
        }
    }

    /// Decrypts a key that was encrypted for this one; nil if it was for another.
    ///
    /// - Parameter header: the recipient's.
    func unwrap(_ encrypted: [UInt8], _ header: JSONObject) -> [UInt8]? {
        guard let name = header["alg"]?.string else { return nil }
        if case .rsa(let der) = material {
            guard let padding = Self.padding(name) else { return nil }
            return (try? _RSA.Encryption.PrivateKey(unsafeDERRepresentation: der).decrypt(encrypted, padding: padding))
                .map { Array($0) }
        }
        guard let size = AgreedKey.sizes[name], let temporary = header["epk"]?.object,
            let point = WrappingKey.material(jwk: temporary), let shared = shared(with: point)
        else { return nil }
        func party(_ name: String) -> [UInt8] { header[name]?.string.flatMap(Base64URL.decode) ?? [] }
        let wrapping = AgreedKey.derive(
            from: shared, algorithm: name, size: size, producer: party("apu"), consumer: party("apv"))
        return (try? AES.KeyWrap.unwrap(encrypted, using: SymmetricKey(data: wrapping)))
            .map { $0.withUnsafeBytes { Array($0) } }
    }

    /// Decrypts a key that was encrypted with RSA as PKCS #7 has it; nil if it was for another.
    func unwrapFromPKCS7(_ encrypted: [UInt8]) -> [UInt8]? {
        guard case .rsa(let der) = material else { return nil }
        return
            (try? _RSA.Encryption.PrivateKey(unsafeDERRepresentation: der)
            .decrypt(encrypted, padding: ._WEAK_AND_INSECURE_PKCS_V1_5)).map { Array($0) }
    }

    private func shared(with point: WrappingKey.Material) -> SharedSecret? {
        switch (material, point) {
        case (.p256(let own), .p256(let other)): try? own.sharedSecretFromKeyAgreement(with: other)
        case (.p384(let own), .p384(let other)): try? own.sharedSecretFromKeyAgreement(with: other)
        case (.p521(let own), .p521(let other)): try? own.sharedSecretFromKeyAgreement(with: other)
        default: nil
        }
    }
}
