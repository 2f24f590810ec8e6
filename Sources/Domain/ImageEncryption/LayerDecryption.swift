import FoundationEssentials
import Glibc
import JSONText
import LinuxSystem
import StreamCompression

/// Decrypts layers with private keys.
package struct LayerDecryption: Sendable {
    private let keys: [UnwrappingKey]
    private let certificates: [PKCS7Recipient]

    /// - Parameter texts: `FILE[:PASSWORD]`, where the password may be `pass=TEXT`, `file=FILE` or `fd=NUMBER`; for
    ///   pkcs7, also files with the owners' certificates.
    /// - Throws: ``EncryptionError`` that names the file.
    package init(keys texts: [String]) throws(EncryptionError) {
        var keys: [UnwrappingKey] = []
        var certificates: [PKCS7Recipient] = []
        for text in texts {
            let path = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)[0]
            if !text.hasPrefix("provider:"), let found = PKCS7Recipient(try KeyFile.read(String(path))) {
                certificates.append(found)
            } else {
                keys.append(try Self.key(text))
            }
        }
        (self.keys, self.certificates) = (keys, certificates)
    }

    private static func key(_ text: String) throws(EncryptionError) -> UnwrappingKey {
        guard !text.hasPrefix("provider:") else {
            throw EncryptionError("\"\(text)\": key providers are not supported: use a file with a private key")
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let password = parts.count == 2 ? try password(parts[1]) : nil
        let bytes = try KeyFile.read(parts[0])
        let key: UnwrappingKey?
        do {
            key = try UnwrappingKey(bytes, password: password)
        } catch {
            throw EncryptionError("\(parts[0]): \(error)")
        }
        guard let key else {
            throw EncryptionError(
                "\(parts[0]): not a private key (RSA, P-256, P-384 or P-521, in PEM, DER or JWK); "
                    + "keyrings of GPG and pkcs11 are not supported")
        }
        return key
    }

    private static func password(_ text: String) throws(EncryptionError) -> [UInt8] {
        if text.hasPrefix("file=") { return try KeyFile.read(String(text.dropFirst(5))) }
        if text.hasPrefix("pass=") { return Array(text.utf8.dropFirst(5)) }
        guard text.hasPrefix("fd=") else { return Array(text.utf8) }
        guard let number = Int32(text.dropFirst(3)), number >= 0 else {
            throw EncryptionError("could not parse file descriptor \(text.dropFirst(3))")
        }
        do {
            return try FileDescriptorSource(fd: number).readAll(limit: 1 << 16)
        } catch {
            throw EncryptionError("could not read from file descriptor: \(error)")
        }
    }

    /// The cipher of a layer.
    ///
    /// - Throws: ``EncryptionError`` when no key fits, and for what is not supported.
    package func cipher(for annotations: [String: String]?) throws(EncryptionError) -> LayerCipher {
        let annotations = annotations ?? [:]
        let known = [LayerAnnotation.jwe, LayerAnnotation.pkcs7].filter { annotations[$0]?.isEmpty == false }
        guard !known.isEmpty else {
            let others = LayerAnnotation.others.filter { annotations[LayerAnnotation.keys($0)] != nil }
            throw EncryptionError(
                others.isEmpty
                    ? "missing Annotations needed for decryption"
                    : "the layer's key is encrypted with \(others.joined(separator: ", ")), which is not supported")
        }
        let secret = try secret(known.map { ($0, annotations[$0] ?? "") })
        let open = try annotations[LayerAnnotation.options].map { text throws(EncryptionError) in
            guard let object = Base64.decode(text).flatMap({ try? JSONValue(parsing: $0) })?.object else {
                throw EncryptionError("the annotation \(LayerAnnotation.options) is not JSON in base64")
            }
            return object
        }
        guard let name = open?["cipher"]?.string, !name.isEmpty else {
            throw EncryptionError("no cipher type provided")
        }
        guard name == LayerCipher.name else { throw EncryptionError("unsupported cipher type: \(name)") }
        func field(_ value: JSONValue?) -> [UInt8] { value?.string.flatMap { Base64.decode($0) } ?? [] }
        let nonce = open?["cipheroptions"]?["nonce"] ?? secret["cipheroptions"]?["nonce"]
        return try LayerCipher(key: field(secret["symkey"]), nonce: field(nonce), mac: field(open?["hmac"]))
    }

    /// The secret options, from the first message that one of the keys opens.
    private func secret(_ texts: [(name: String, value: String)]) throws(EncryptionError) -> JSONValue {
        var reasons: [String] = []
        for (name, value) in texts {
            guard value.utf8.count <= 1 << 20 else {
                throw EncryptionError("the layer's encrypted keys are too large")
            }
            for text in value.split(separator: ",", omittingEmptySubsequences: false) {
                guard let bytes = Base64.decode(String(text)) else {
                    throw EncryptionError("could not base64 decode the annotation")
                }
                do throws(EncryptionError) {
                    let isPKCS7 = name == LayerAnnotation.pkcs7
                    let content = isPKCS7 ? try openPKCS7(bytes) : try JWEMessage.parse(bytes).decrypt(with: keys)
                    if let content {
                        guard let value = try? JSONValue(parsing: content) else {
                            throw EncryptionError("the layer's decrypted options are not JSON")
                        }
                        return value
                    }
                    reasons.append("- \(isPKCS7 ? "PKCS7" : "JWE"): No suitable private key found for decryption")
                } catch {
                    reasons.append("- \(error)")
                }
            }
        }
        throw EncryptionError(
            "no suitable key unwrapper found or none of the private keys could be used for decryption: "
                + "no suitable key found for decrypting layer key: \(reasons.joined(separator: " "))")
    }

    private func openPKCS7(_ bytes: [UInt8]) throws(EncryptionError) -> [UInt8]? {
        guard !certificates.isEmpty else {
            throw EncryptionError("no x509 certificates found needed for PKCS7 decryption: give them like keys")
        }
        return try PKCS7Message.decrypt(bytes, certificates, with: keys)
    }
}
