import JSONText
import Testing

@testable import ImageTrust

@Suite struct SecretBoxTests {
    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.filter { $0.isHexDigit }
        return stride(from: 0, to: digits.count, by: 2).map { place in
            let start = digits.index(digits.startIndex, offsetBy: place)
            return UInt8(digits[start...].prefix(2), radix: 16) ?? 0
        }
    }

    /// RFC 8439, section 2.5.2.
    @Test func `the authenticator of the specification`() {
        let key = bytes("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b")
        let message = Array("Cryptographic Forum Research Group".utf8)
        #expect(Poly1305.tag(of: message, key: key) == bytes("a8061dc1305136c6c22b8baf0c0127a9"))
    }

    /// RFC 8439, appendix A.3, vectors 7 to 11: carries and numbers near the prime.
    @Test(arguments: [
        (
            "0200000000000000000000000000000000000000000000000000000000000000", "ffffffffffffffffffffffffffffffff",
            "03000000000000000000000000000000"
        ),
        (
            "02000000000000000000000000000000ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000",
            "03000000000000000000000000000000"
        ),
        (
            "0100000000000000000000000000000000000000000000000000000000000000",
            "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000",
            "05000000000000000000000000000000"
        ),
        (
            "0100000000000000000000000000000000000000000000000000000000000000",
            "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101",
            "00000000000000000000000000000000"
        ),
        (
            "0200000000000000000000000000000000000000000000000000000000000000", "fdffffffffffffffffffffffffffffff",
            "faffffffffffffffffffffffffffffff"
        ),
    ])
    func `numbers near the prime`(key: String, message: String, tag: String) {
        #expect(Poly1305.tag(of: bytes(message), key: bytes(key)) == bytes(tag))
    }

    /// The vector of NaCl's own tests (secretbox).
    @Test func `a box of NaCl`() {
        let key = bytes("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389")
        let nonce = bytes("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37")
        let message = bytes(
            """
            be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc
            e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31
            0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde
            048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705
            """)
        let box = bytes(
            """
            f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce
            48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972
            71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae
            90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3
            7973f622a43d14a6599b1f654cb45a74e355a5
            """)
        #expect(SecretBox.seal(message, key: key, nonce: nonce) == box)
        #expect(SecretBox.open(box, key: key, nonce: nonce) == message)
        for place in [0, 15, 16, box.count - 1] {
            var changed = box
            changed[place] ^= 1
            #expect(SecretBox.open(changed, key: key, nonce: nonce) == nil)
        }
        #expect(SecretBox.open([], key: key, nonce: nonce) == nil)
        #expect(SecretBox.open(box, key: [], nonce: nonce) == nil)
        #expect(SecretBox.open(box, key: key, nonce: []) == nil)
    }

    @Test func `a key file opens with its passphrase only`() throws {
        let key = SigstorePrivateKey()
        let file = Array(try key.encrypted(passphrase: []).utf8)
        #expect(try SigstorePrivateKey(encrypted: file, passphrase: []).publicKey == key.publicKey)
        #expect(throws: TrustError.self) { try SigstorePrivateKey(encrypted: file, passphrase: [1]) }
    }

    @Test(arguments: [
        "", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\ne30=\n-----END ENCRYPTED COSIGN PRIVATE KEY-----\n",
    ])
    func `other files are errors`(file: String) {
        #expect(throws: TrustError.self) { try SigstorePrivateKey(encrypted: Array(file.utf8), passphrase: []) }
    }

    /// A file must not decide how much work it is.
    @Test func `other parameters are refused`() {
        let json =
            #"{"kdf":{"name":"scrypt","params":{"N":1073741824,"r":8,"p":1},"salt":"AA=="},"cipher":{"name":"nacl/secretbox","nonce":"AA=="},"ciphertext":"AA=="}"#
        let file =
            "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n\(Base64.encode(Array(json.utf8)))\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
        #expect {
            try SigstorePrivateKey(encrypted: Array(file.utf8), passphrase: [])
        } throws: {
            "\($0)".contains("unsupported scrypt parameters")
        }
    }
}
