package import ContentDigest
import JSONText
import LinuxSystem

/// The annotations of encrypted layers, as ocicrypt has them.
enum LayerAnnotation {
    static let prefix = "org.opencontainers.image.enc."
    static let options = prefix + "pubopts"
    static let jwe = prefix + "keys.jwe"
    static let pkcs7 = prefix + "keys.pkcs7"
    /// Other ways to encrypt a layer's key.
    static let others = ["pgp", "pkcs11"]

    static func keys(_ scheme: String) -> String { "\(prefix)keys.\(scheme)" }
}

/// Encrypts layers for recipients.
package struct LayerEncryption: Sendable {
    private enum Recipient: Sendable {
        case key(WrappingKey)
        case certificate(PKCS7Recipient)
    }

    private let recipients: [Recipient]
    /// The positions of the layers to encrypt, negative ones counted from the last; empty: all layers.
    private let positions: [Int]

    /// - Parameters:
    ///   - texts: `jwe:FILE`, with a public key of RSA or of an elliptic curve of NIST, or `pkcs7:FILE`, with a certificate
    ///     of an RSA key.
    ///   - positions: the layers to encrypt, negative numbers counted from the last; empty: all layers.
    /// - Throws: ``EncryptionError`` that names the text.
    package init(for texts: [String], positions: [Int] = []) throws(EncryptionError) {
        var recipients: [Recipient] = []
        for text in texts { recipients.append(try Self.recipient(text)) }
        self.recipients = recipients
        self.positions = positions
    }

    private static func recipient(_ text: String) throws(EncryptionError) -> Recipient {
        guard let colon = text.firstIndex(of: ":") else {
            throw EncryptionError("\"\(text)\": Invalid recipient format: expected jwe:FILE")
        }
        let (scheme, file) = (text[..<colon], String(text[text.index(after: colon)...]))
        switch scheme {
        case "jwe": break
        case "pkcs7":
            guard let certificate = PKCS7Recipient(try KeyFile.read(file)) else {
                throw EncryptionError("\(file): File provided is not an x509 cert (in PEM or DER)")
            }
            guard case .rsa = certificate.key.material else {
                throw EncryptionError("\(file): pkcs7: only RSA keys are supported: use jwe")
            }
            return .certificate(certificate)
        case "pgp", "pkcs11", "provider":
            throw EncryptionError("\"\(text)\": encrypting with \(scheme) is not supported: use jwe or pkcs7")
        default: throw EncryptionError("\"\(text)\": Provided protocol not recognized: expected jwe:FILE")
        }
        let bytes = try KeyFile.read(file)
        guard let key = WrappingKey(bytes) else {
            throw EncryptionError(
                "\(file): File provided is not a public key (RSA, P-256, P-384 or P-521, in PEM, DER or JWK)")
        }
        return .key(key)
    }

    /// The positions of the layers to encrypt, of this many.
    package func layers(of count: Int) throws(EncryptionError) -> Set<Int> {
        guard !positions.isEmpty else { return Set(0..<count) }
        var chosen: Set<Int> = []
        for position in positions {
            guard (-count..<count).contains(position) else {
                throw EncryptionError(
                    "when choosing layers to encrypt, layer index \(position) out of range (\(count) layers exist)")
            }
            chosen.insert(position < 0 ? position + count : position)
        }
        return chosen
    }

    /// The annotations of a layer that was encrypted.
    ///
    /// - Parameters:
    ///   - mac: what ``EncryptingSource/mac`` is after its end.
    ///   - plaintext: the digest of what was encrypted.
    package func annotations(
        for cipher: LayerCipher, mac: [UInt8], plaintext: Digest
    ) throws(EncryptionError) -> [String: String] {
        let secret: JSONObject = [
            "symkey": .string(Base64.encode(cipher.key)), "digest": .string(plaintext.description),
            "cipheroptions": ["nonce": .string(Base64.encode(cipher.nonce))],
        ]
        let open: JSONObject = [
            "cipher": .string(LayerCipher.name), "hmac": .string(Base64.encode(mac)), "cipheroptions": [:],
        ]
        let content = JSONValue.object(secret).serialized()
        var result = [LayerAnnotation.options: Base64.encode(JSONValue.object(open).serialized())]
        let keys = recipients.compactMap { if case .key(let key) = $0 { key } else { nil } }
        if !keys.isEmpty {
            result[LayerAnnotation.jwe] = Base64.encode(try JWEMessage.encrypt(content, for: keys).serialized)
        }
        let certificates = recipients.compactMap { if case .certificate(let owner) = $0 { owner } else { nil } }
        if !certificates.isEmpty {
            result[LayerAnnotation.pkcs7] = Base64.encode(try PKCS7Message.encrypt(content, for: certificates))
        }
        return result
    }

    /// Annotations without those of encryption.
    package static func withoutOwn(_ annotations: [String: String]?) -> [String: String]? {
        let kept = annotations?.filter { !$0.key.hasPrefix(LayerAnnotation.prefix) }
        return kept?.isEmpty == false ? kept : nil
    }
}

/// Reads files with keys.
enum KeyFile {
    static func read(_ path: String) throws(EncryptionError) -> [UInt8] {
        do {
            return try Files.readFile(path, limit: 1 << 20)
        } catch {
            throw EncryptionError("Unable to read file: \(error)")
        }
    }
}
