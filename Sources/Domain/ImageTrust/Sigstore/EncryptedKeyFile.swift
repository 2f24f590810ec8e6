import Crypto
import CryptoExtras
import FoundationEssentials
import JSONText
import KeyEncoding
import LinuxSystem

/// The file in which cosign keeps a private key: PEM, in it JSON, in it PKCS #8, encrypted with scrypt and NaCl's
/// `secretbox`.
enum EncryptedKeyFile {
    private static let labels = ["ENCRYPTED COSIGN PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY"]
    /// How much work the key derivation is: what its authors use. Others are not accepted, as by the Go library: a
    /// file must not decide how long it takes to read it.
    private static let rounds: Set<Int64> = [1 << 15, 1 << 16, 1 << 17]

    /// The key in a file, as PKCS #8.
    ///
    /// - Throws: `TrustError` for a wrong passphrase, and for any other file.
    static func decrypt(_ file: [UInt8], passphrase: [UInt8]) throws(TrustError) -> [UInt8] {
        guard let block = PEMBlock.all(in: file).first else { throw TrustError("invalid pem block") }
        guard labels.contains(block.label) else { throw TrustError("unsupported pem type: \(block.label)") }
        guard let root = try? JSONValue(parsing: block.bytes) else { throw TrustError("its content is not JSON") }
        let (kdf, cipher) = (root["kdf"], root["cipher"])
        guard kdf?["name"]?.string == "scrypt" else { throw TrustError("unknown kdf") }
        guard cipher?["name"]?.string == "nacl/secretbox" else { throw TrustError("unknown cipher") }
        let parameters = kdf?["params"]
        guard let n = parameters?["N"]?.integer, rounds.contains(n), parameters?["r"]?.integer == 8,
            parameters?["p"]?.integer == 1
        else { throw TrustError("unsupported scrypt parameters") }
        func field(_ value: JSONValue?) -> [UInt8] { value?.string.flatMap { Base64.decode($0) } ?? [] }
        let key = try derive(passphrase, salt: field(kdf?["salt"]), rounds: Int(n))
        guard
            let content = SecretBox.open(field(root["ciphertext"]), key: key, nonce: field(cipher?["nonce"]))
        else { throw TrustError("decryption failed: wrong passphrase") }
        return content
    }

    /// A file with a key that is given as PKCS #8.
    static func encrypt(_ key: [UInt8], passphrase: [UInt8]) throws(TrustError) -> String {
        let rounds = 1 << 16
        let (salt, nonce) = (RandomBytes.bytes(32), RandomBytes.bytes(24))
        let secret = try derive(passphrase, salt: salt, rounds: rounds)
        let root: JSONObject = [
            "kdf": [
                "name": "scrypt", "params": ["N": .integer(Int64(rounds)), "r": 8, "p": 1],
                "salt": .string(Base64.encode(salt)),
            ],
            "cipher": ["name": "nacl/secretbox", "nonce": .string(Base64.encode(nonce))],
            "ciphertext": .string(Base64.encode(SecretBox.seal(key, key: secret, nonce: nonce))),
        ]
        return PEMBlock(label: labels[0], bytes: JSONValue.object(root).serialized()).text
    }

    private static func derive(_ passphrase: [UInt8], salt: [UInt8], rounds: Int) throws(TrustError) -> [UInt8] {
        do {
            return try KDF.Scrypt.deriveKey(
                from: passphrase, salt: salt, outputByteCount: 32, rounds: rounds, blockSize: 8, parallelism: 1
            ).withUnsafeBytes { Array($0) }
        } catch {
            throw TrustError("the key of the passphrase cannot be derived: \(error)")
        }
    }
}
