import Crypto
import FoundationEssentials
import KeyEncoding
import LinuxSystem

/// The owner of a certificate, for whom a layer's key is encrypted.
struct PKCS7Recipient: Sendable {
    /// The certificate's issuer and number, by which messages name it.
    let name: DERValue
    /// The public key, which is RSA.
    let key: WrappingKey

    /// Parses a certificate in PEM or DER.
    ///
    /// - Returns: nil for anything else.
    init?(_ bytes: [UInt8]) {
        let der = PEMBlock.all(in: bytes).first { $0.label == "CERTIFICATE" }?.bytes ?? bytes
        guard let fields = DERValue(parsing: der)?.children?.first?.children, fields.count >= 7,
            fields[0].tag == DERValue.Tag.context(0), fields[1].tag == DERValue.Tag.integer,
            let key = WrappingKey(fields[6].encoded)
        else { return nil }
        name = DERValue(DERValue.Tag.sequence, [fields[3], fields[1]])
        self.key = key
    }
}

/// PKCS #7 enveloped data (RFC 2315, section 10): content encrypted with a key that is encrypted for each recipient.
///
/// The content is encrypted with AES in Galois/counter mode, whose parameters and tag are where the library that ocicrypt
/// uses has them: the standard has another type of message for that mode.
enum PKCS7Message {
    private static let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    private static let data: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01]
    private static let enveloped: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03]
    /// AES-128 and AES-256 in Galois/counter mode, with the sizes of their keys.
    private static let ciphers: [[UInt8]: Int] = [
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x06]: 16,
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2E]: 32,
    ]
    /// A sequence whose tag is not marked as constructed.
    private static let wrappedParameters: UInt8 = 0x10
    private static let nonce: UInt8 = 0x84

    /// Encrypts `content` with a new key for all recipients.
    static func encrypt(_ content: [UInt8], for recipients: [PKCS7Recipient]) throws(EncryptionError) -> [UInt8] {
        typealias Tag = DERValue.Tag
        let key = RandomBytes.bytes(32)
        let iv = RandomBytes.bytes(12)
        var infos: [DERValue] = []
        for recipient in recipients {
            infos.append(
                DERValue(
                    Tag.sequence,
                    [
                        DERValue(Tag.integer, [0] as [UInt8]), recipient.name,
                        DERValue(Tag.sequence, [DERValue(Tag.objectIdentifier, rsa)]),
                        DERValue(Tag.octetString, try recipient.key.wrapForPKCS7(key)),
                    ]))
        }
        let box: AES.GCM.SealedBox
        do {
            box = try AES.GCM.seal(content, using: SymmetricKey(data: key), nonce: AES.GCM.Nonce(data: iv))
        } catch {
            throw EncryptionError("the layer's key cannot be encrypted: \(error)")
        }
        let parameters = DERValue(
            Tag.sequence, [DERValue(nonce, iv), DERValue(Tag.integer, [16] as [UInt8])])
        let name = ciphers.first { $0.value == 32 }?.key ?? []
        let algorithm = DERValue(
            Tag.sequence,
            [DERValue(Tag.objectIdentifier, name), DERValue(wrappedParameters, parameters.encoded)])
        let encrypted = DERValue(
            Tag.sequence,
            [
                DERValue(Tag.objectIdentifier, data), algorithm,
                DERValue(Tag.context(0), [DERValue(Tag.octetString, Array(box.ciphertext) + Array(box.tag))]),
            ])
        let envelope = DERValue(
            Tag.sequence, [DERValue(Tag.integer, [0] as [UInt8]), DERValue(Tag.set, infos), encrypted])
        return DERValue(
            Tag.sequence, [DERValue(Tag.objectIdentifier, enveloped), DERValue(Tag.context(0), [envelope])]
        ).encoded
    }

    /// The content, by the first key that fits a recipient who has one of the certificates.
    ///
    /// - Returns: nil if none does.
    /// - Throws: ``EncryptionError`` for what no key could open.
    static func decrypt(
        _ bytes: [UInt8], _ certificates: [PKCS7Recipient], with keys: [UnwrappingKey]
    ) throws(EncryptionError) -> [UInt8]? {
        guard let outer = DERValue(parsing: bytes)?.children, outer.count == 2, outer[0].content == enveloped,
            let envelope = outer[1].children?.first?.children, envelope.count == 3,
            let infos = envelope[1].children, let encrypted = envelope[2].children, encrypted.count == 3,
            let algorithm = encrypted[1].children, algorithm.count == 2
        else { throw EncryptionError("could not parse PKCS7 packet") }
        guard let size = ciphers[algorithm[0].content] else {
            throw EncryptionError("unsupported PKCS7 content encryption: AES-GCM is supported")
        }
        let content = encrypted[2].children?.flatMap(\.content) ?? encrypted[2].content
        guard let parameters = DERValue(parsing: algorithm[1].content)?.children, parameters.count == 2,
            parameters[0].content.count == 12, parameters[1].content == [16], content.count >= 16
        else { throw EncryptionError("could not parse PKCS7 packet: its parameters are incorrect") }
        for info in infos {
            guard let fields = info.children, fields.count == 4,
                certificates.contains(where: { $0.name == fields[1] }), fields[2].children?.first?.content == rsa
            else { continue }
            for key in keys {
                guard let secret = key.unwrapFromPKCS7(fields[3].content), secret.count == size,
                    let opened = try? AES.GCM.open(
                        AES.GCM.SealedBox(
                            nonce: AES.GCM.Nonce(data: parameters[0].content), ciphertext: content.dropLast(16),
                            tag: content.suffix(16)), using: SymmetricKey(data: secret))
                else { continue }
                return Array(opened)
            }
        }
        return nil
    }
}
