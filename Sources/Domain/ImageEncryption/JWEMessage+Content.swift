import Crypto
import FoundationEssentials
import JSONText
import KeyEncoding
import LinuxSystem

extension JWEMessage {
    /// Encrypts `content` with a new key, AES-256 in Galois/counter mode, for all recipients.
    static func encrypt(_ content: [UInt8], for recipients: [WrappingKey]) throws(EncryptionError) -> JWEMessage {
        let key = RandomBytes.bytes(32)
        var wrapped: [Recipient] = []
        for recipient in recipients { wrapped.append(try recipient.wrap(key)) }
        var header: JSONObject = [:]
        if wrapped.count == 1 {
            header = wrapped[0].header
            wrapped[0].header = [:]
        }
        header["enc"] = "A256GCM"
        let protected = Base64URL.encode(JSONValue.object(header).serialized())
        let iv = RandomBytes.bytes(12)
        do {
            let box = try AES.GCM.seal(
                content, using: SymmetricKey(data: key), nonce: AES.GCM.Nonce(data: iv),
                authenticating: Array(protected.utf8))
            return JWEMessage(
                protected: protected, recipients: wrapped, iv: iv, ciphertext: Array(box.ciphertext),
                tag: Array(box.tag))
        } catch {
            throw EncryptionError("the layer's key cannot be encrypted: \(error)")
        }
    }

    /// The content, by the first key that fits one of the recipients.
    ///
    /// - Returns: nil if none does.
    /// - Throws: ``EncryptionError`` for what no key could open.
    func decrypt(with keys: [UnwrappingKey]) throws(EncryptionError) -> [UInt8]? {
        for recipient in recipients {
            let header = try header(of: recipient)
            let sizes = ["A128GCM": 16, "A192GCM": 24, "A256GCM": 32]
            let method = header["enc"]?.string ?? ""
            guard let size = sizes[method] else {
                throw EncryptionError("unsupported JWE content encryption \"\(method)\": AES-GCM is supported")
            }
            guard !header.contains("zip") else { throw EncryptionError("compressed JWE content is not supported") }
            guard !header.contains("crit") else { throw EncryptionError("critical JWE extensions are not supported") }
            for key in keys {
                guard let secret = key.unwrap(recipient.encryptedKey, header), secret.count == size,
                    let content = open(with: secret)
                else { continue }
                return content
            }
        }
        return nil
    }

    private func open(with key: [UInt8]) -> [UInt8]? {
        guard initializationVector.count == 12, tag.count == 16 else { return nil }
        let content = try? AES.GCM.open(
            AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: initializationVector), ciphertext: ciphertext, tag: tag),
            using: SymmetricKey(data: key), authenticating: authenticated)
        return content.map { Array($0) }
    }
}
