import Crypto
import JSONText

/// The signature of a schema 1 manifest, with a throwaway key.
enum Schema1Signature {
    /// The JSON text with a member `signatures` added: JSON Web Signatures over the original text, using ECDSA with
    /// P-256.
    static func signed(_ payload: String, now: String) throws -> [UInt8] {
        let bytes = Array(payload.utf8)
        let tail = Array("\n}".utf8)
        guard bytes.suffix(tail.count).elementsEqual(tail) else {
            throw ImageModelError(.malformed, "the manifest to sign is not laid out as expected")
        }
        let key = P256.Signing.PrivateKey()
        let length = bytes.count - tail.count
        let header: JSONValue = [
            "formatLength": .integer(Int64(length)), "formatTail": .string(urlSafe(tail)), "time": .string(now),
        ]
        let protected = urlSafe(header.serialized())
        let signature = try key.signature(for: Array("\(protected).\(urlSafe(bytes))".utf8))
        let point = Array(key.publicKey.rawRepresentation)
        let entry: JSONValue = [
            "header": [
                "jwk": [
                    "crv": "P-256", "kid": .string(keyID(Array(key.publicKey.derRepresentation))), "kty": "EC",
                    "x": .string(urlSafe(Array(point[..<32]))), "y": .string(urlSafe(Array(point[32...]))),
                ],
                "alg": "ES256",
            ],
            "signature": .string(urlSafe(Array(signature.rawRepresentation))),
            "protected": .string(protected),
        ]
        return Array(bytes[..<length]) + Array(",\n    \"signatures\": [\(entry.serializedString())]".utf8) + tail
    }

    /// The key ID of a public key: 240 bits of the digest of its DER form in base 32, in groups of four.
    private static func keyID(_ der: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in SHA256.hash(data: der).prefix(30) {
            bits = (bits << 8 | UInt32(byte)) & 0xFFFF
            count += 8
            while count >= 5 {
                count -= 5
                if text.count % 5 == 4 { text.append(UInt8(ascii: ":")) }
                text.append(alphabet[Int(bits >> count) & 31])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// URL-safe base64 without padding.
    private static func urlSafe(_ bytes: [UInt8]) -> String {
        let text = Base64.encode(bytes).utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: byte
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
