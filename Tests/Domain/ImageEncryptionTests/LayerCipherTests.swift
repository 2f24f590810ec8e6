import ContentDigest
import Crypto
import CryptoExtras
import FoundationEssentials
import JSONText
import StreamCompression
import Testing

@testable import ImageEncryption

@Suite struct LayerCipherTests {
    private func bytes(_ hex: String) -> [UInt8] {
        var digits = hex[...]
        var result: [UInt8] = []
        while !digits.isEmpty {
            result.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
            digits = digits.dropFirst(2)
        }
        return result
    }

    @Test func `a vector of NIST, SP 800-38A, F.5.5`() throws {
        let cipher = try LayerCipher(
            key: bytes("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
            nonce: bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), mac: [UInt8](repeating: 0, count: 32))
        let source = cipher.encrypting(
            MemorySource(bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")))
        #expect(
            try source.readAll(limit: 100) == bytes("601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"))
    }

    /// The counter carries into all of its bytes, at any place in the stream.
    @Test(arguments: [0, 1, 255, 256 << 10, (256 << 10) + 17, 700_001])
    func `chunks continue each other`(size: Int) throws {
        let cipher = try LayerCipher(
            key: [UInt8](repeating: 3, count: 32), nonce: [UInt8](repeating: 0xFF, count: 16),
            mac: [UInt8](repeating: 0, count: 32))
        let plaintext = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let source = cipher.encrypting(MemorySource(plaintext))
        let ciphertext = try source.readAll(limit: size)
        let whole = try AES._CTR.encrypt(
            plaintext, using: SymmetricKey(data: cipher.key), nonce: AES._CTR.Nonce(nonceBytes: cipher.nonce))
        #expect(ciphertext == Array(whole))
        let mac = try #require(source.mac)
        #expect(mac == Array(HMAC<SHA256>.authenticationCode(for: ciphertext, using: SymmetricKey(data: cipher.key))))
        let opened = try LayerCipher(key: cipher.key, nonce: cipher.nonce, mac: mac)
        #expect(try opened.decrypting(MemorySource(ciphertext)).readAll(limit: size) == plaintext)
        let wrong = try LayerCipher(key: cipher.key, nonce: cipher.nonce, mac: mac.map { $0 ^ 1 })
        #expect(throws: EncryptionError.self) {
            try wrong.decrypting(MemorySource(ciphertext)).readAll(limit: size)
        }
    }
}

@Suite struct JWETests {
    /// RFC 7518, appendix C.
    @Test func `the agreed key of the specification`() throws {
        let own = try P256.KeyAgreement.PrivateKey(
            rawRepresentation: [UInt8](
                base64URL("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo")))
        let other = try P256.KeyAgreement.PublicKey(
            x963Representation: [4] + base64URL("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ")
                + base64URL("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"))
        let key = AgreedKey.derive(
            from: try own.sharedSecretFromKeyAgreement(with: other), algorithm: "A128GCM", size: 16,
            producer: Array("Alice".utf8), consumer: Array("Bob".utf8))
        #expect(Base64.encode(key) == "VqqN6vgjbSBcIijNcacQGg==")
    }

    private func base64URL(_ text: String) -> [UInt8] {
        let usual = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return Base64.decode(String(usual) + String(repeating: "=", count: (4 - usual.count % 4) % 4)) ?? []
    }

    private func keys() throws -> [(public: WrappingKey, private: UnwrappingKey)] {
        let rsa = try _RSA.Encryption.PrivateKey(unsafeKeySize: .init(bitCount: 1024))
        let p256 = P256.KeyAgreement.PrivateKey()
        let p384 = P384.KeyAgreement.PrivateKey()
        let p521 = P521.KeyAgreement.PrivateKey()
        return try [
            (rsa.publicKey.pemRepresentation, rsa.pemRepresentation),
            (p256.publicKey.pemRepresentation, p256.pemRepresentation),
            (p384.publicKey.pemRepresentation, p384.pemRepresentation),
            (p521.publicKey.pemRepresentation, p521.pemRepresentation),
        ].map { pair in
            (
                try #require(WrappingKey(Array(pair.0.utf8))),
                try #require(try UnwrappingKey(Array(pair.1.utf8), password: nil))
            )
        }
    }

    @Test func `each recipient opens a message, and nobody else`() throws {
        let keys = try keys()
        let content = Array("secret".utf8)
        for count in [1, keys.count] {
            for first in 0..<(count == 1 ? keys.count : 1) {
                let recipients = keys[first..<(first + count)]
                let message = try JWEMessage.parse(
                    JWEMessage.encrypt(content, for: recipients.map(\.public)).serialized)
                for recipient in recipients { #expect(try message.decrypt(with: [recipient.private]) == content) }
                #expect(try message.decrypt(with: []) == nil)
                let stranger = try #require(
                    try UnwrappingKey(
                        Array(P256.KeyAgreement.PrivateKey().pemRepresentation.utf8), password: nil))
                #expect(try message.decrypt(with: [stranger]) == nil)
            }
        }
    }

    @Test func `what was tampered with is not opened`() throws {
        let pair = try keys()[1]
        let message = try JWEMessage.encrypt([1, 2, 3], for: [pair.public])
        for change in [
            { (message: inout JWEMessage) in message.ciphertext[0] ^= 1 }, { $0.tag[0] ^= 1 }, { $0.tag = [] },
            { $0.initializationVector = [] }, { $0.recipients[0].encryptedKey[3] ^= 1 }, { $0.additional = "x" },
        ] {
            var changed = try JWEMessage.parse(message.serialized)
            change(&changed)
            #expect(try changed.decrypt(with: [pair.private]) == nil)
        }
    }

    @Test(arguments: [
        "", "{", "[]", "a.b.c", "{\"protected\":\"!\"}", "{\"protected\":\"e30\",\"iv\":\"=\"}",
        "{\"protected\":\"eyJhIjoxfQ\",\"unprotected\":{\"a\":2},\"recipients\":[3]}",
    ])
    func `malformed messages are errors`(text: String) {
        #expect(throws: EncryptionError.self) {
            _ = try JWEMessage.parse(Array(text.utf8)).decrypt(with: [])
        }
    }

    @Test func `unsupported content is refused by name`() throws {
        let text =
            "{\"protected\":\"\(base64URLText(#"{"alg":"RSA-OAEP","enc":"A128CBC-HS256"}"#))\",\"encrypted_key\":\"AA\"}"
        #expect(throws: EncryptionError.self) { try JWEMessage.parse(Array(text.utf8)).decrypt(with: []) }
    }

    private func base64URLText(_ text: String) -> String {
        Base64.encode(Array(text.utf8)).replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
    }
}

@Suite struct LayerEncryptionTests {
    @Test func `positions count from both ends`() throws {
        #expect(try LayerEncryption(for: []).layers(of: 3) == [0, 1, 2])
        #expect(try LayerEncryption(for: [], positions: [0, -1]).layers(of: 3) == [0, 2])
        for bad in [3, -4, Int.max, Int.min] {
            #expect(throws: EncryptionError.self) { try LayerEncryption(for: [], positions: [bad]).layers(of: 3) }
        }
    }

    @Test(arguments: [
        "pgp:a", "pkcs7:/nonexistent", "pkcs7:/dev/null", "pkcs11:a", "provider:a", "x:a", "a", "jwe:/nonexistent",
    ])
    func `other recipients are refused`(text: String) {
        #expect(throws: EncryptionError.self) { try LayerEncryption(for: [text]) }
    }

    @Test func `annotations of others and without keys are errors`() throws {
        let decryption = try LayerDecryption(keys: [])
        for annotations: [String: String]? in [
            nil, ["org.opencontainers.image.enc.keys.pgp": "AA=="], ["org.opencontainers.image.enc.keys.jwe": "%"],
            ["org.opencontainers.image.enc.keys.jwe": "e30="],
        ] {
            #expect(throws: EncryptionError.self) { try decryption.cipher(for: annotations) }
        }
    }

    @Test func `only annotations of encryption are removed`() {
        #expect(LayerEncryption.withoutOwn(["org.opencontainers.image.enc.pubopts": "x"]) == nil)
        #expect(LayerEncryption.withoutOwn(["a": "b", "org.opencontainers.image.enc.keys.jwe": "x"]) == ["a": "b"])
    }
}
