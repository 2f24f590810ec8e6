import Crypto
import JSONText
import KeyEncoding

/// A signed promise of a Rekor log to have an entry for a signature, as cosign attaches it.
struct LogEntry {
    /// When the entry was made, in seconds since 1970.
    let seconds: Int64
    /// The key or the certificate in the entry, without PEM.
    let signer: [UInt8]
    private let signature: [UInt8]
    private let payloadDigest: String

    /// - Parameter keys: the logs' keys, of which one must have signed the promise.
    /// - Throws: `TrustError` for a promise of another log, and for entries of another kind.
    init(_ text: String, signedBy keys: [SigstoreKey]) throws(TrustError) {
        guard let root = (try? JSONValue(parsing: Array(text.utf8), refusesDuplicates: true))?.object,
            Set(root.keys) == ["SignedEntryTimestamp", "Payload"], let promise = root["SignedEntryTimestamp"]?.string,
            let payload = root["Payload"]?.object,
            Set(payload.keys) == ["body", "integratedTime", "logIndex", "logID"],
            let body = payload["body"]?.string, let seconds = payload["integratedTime"]?.integer,
            let index = payload["logIndex"]?.integer, let log = payload["logID"]?.string,
            // Numbers that JSON in canonical form can express.
            seconds.magnitude < 1 << 53, index.magnitude < 1 << 53
        else { throw TrustError("parsing Rekor SET: not the promise of a log") }
        // Canonical JSON (RFC 8785): members in order, no spaces.
        let canonical: JSONObject = [
            "body": .string(body), "integratedTime": .integer(seconds), "logID": .string(log),
            "logIndex": .integer(index),
        ]
        let signed = JSONValue.object(canonical).serialized()
        guard keys.contains(where: { $0.isECDSA && $0.accepts(promise, of: signed) }) else {
            throw TrustError("cryptographic signature verification of Rekor SET failed")
        }
        guard let entry = Base64.decode(body).flatMap({ try? JSONValue(parsing: $0, refusesDuplicates: true) }),
            entry["kind"]?.string == "hashedrekord", entry["apiVersion"]?.string == "0.0.1",
            let spec = entry["spec"], let hash = spec["data"]?["hash"], hash["algorithm"]?.string == "sha256",
            let digest = hash["value"]?.string,
            let signature = spec["signature"]?["content"]?.string.flatMap({ Base64.decode($0) }),
            let pem = spec["signature"]?["publicKey"]?["content"]?.string.flatMap({ Base64.decode($0) })
        else { throw TrustError("the entry of the Rekor SET is not a hashedrekord of version 0.0.1") }
        let blocks = PEMBlock.all(in: pem)
        guard blocks.count == 1 else { throw TrustError("publicKey in Rekor SET is not in PEM format") }
        self.seconds = seconds
        self.signature = signature
        signer = blocks[0].bytes
        payloadDigest = digest
    }

    /// Checks that the entry is for a signature.
    ///
    /// - Parameters:
    ///   - signature: in base64.
    ///   - signer: the key or the certificate, in DER.
    func check(_ signature: String, of payload: [UInt8], by signer: [UInt8]) throws(TrustError) {
        guard self.signer == signer else { throw TrustError("publicKey in Rekor SET does not match") }
        guard Base64.decode(signature) == self.signature else {
            throw TrustError("signature in Rekor SET does not match")
        }
        let digits = Array("0123456789abcdef")
        let digest = SHA256.hash(data: payload).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        guard String(digest) == payloadDigest.lowercased() else {
            throw TrustError("payload in Rekor SET does not match")
        }
    }
}
