import Crypto
import JSONText
import KeyEncoding

/// An entry of a Rekor log for a signature, which a log has signed.
struct LogEntry {
    /// When the entry was made, in seconds since 1970; nil if the log has not signed that.
    let seconds: Int64?
    /// The key or the certificate in the entry, without PEM.
    let signer: [UInt8]
    private let signature: [UInt8]
    private let payloadDigest: String

    /// The entry in a promise to have it, as cosign attaches it to signatures.
    ///
    /// - Parameter keys: the logs' keys, of which one must have signed the promise.
    /// - Throws: `TrustError` for a promise of another log, and for entries of another kind.
    init(promise text: String, signedBy keys: [SigstoreKey]) throws(TrustError) {
        guard let root = (try? JSONValue(parsing: Array(text.utf8), refusesDuplicates: true))?.object,
            Set(root.keys) == ["SignedEntryTimestamp", "Payload"], let promise = root["SignedEntryTimestamp"]?.string,
            let payload = root["Payload"]?.object,
            Set(payload.keys) == ["body", "integratedTime", "logIndex", "logID"],
            let body = payload["body"]?.string, let seconds = payload["integratedTime"]?.integer,
            let index = payload["logIndex"]?.integer, let log = payload["logID"]?.string
        else { throw TrustError("parsing Rekor SET: not the promise of a log") }
        try Self.check(promise, body: body, seconds: seconds, index: index, log: log, keys)
        try self.init(body: body, seconds: seconds)
    }

    /// The entry in a bundle: with the log's promise, a proof that a signed tree includes it, or both. What there is must
    /// be valid.
    ///
    /// - Throws: as ``init(promise:signedBy:)``.
    init(bundle value: JSONValue, signedBy keys: [SigstoreKey]) throws(TrustError) {
        func number(_ value: JSONValue?) -> Int64? { value?.integer ?? value?.string.flatMap { Int64($0) } }
        guard let body = value["canonicalizedBody"]?.string, let index = number(value["logIndex"]),
            let log = value["logId"]?["keyId"]?.string.flatMap({ Base64.decode($0) })
        else { throw TrustError("the bundle's entry of a log is incomplete") }
        var seconds: Int64?
        if let promise = value["inclusionPromise"]?["signedEntryTimestamp"]?.string {
            guard let time = number(value["integratedTime"]) else {
                throw TrustError("the bundle's entry of a log has no time")
            }
            try Self.check(promise, body: body, seconds: time, index: index, log: Self.hex(log), keys)
            seconds = time
        }
        if let proof = value["inclusionProof"]?.object, !proof.isEmpty {
            try InclusionProof(.object(proof)).check(Base64.decode(body) ?? [], signedBy: keys)
        } else if seconds == nil {
            throw TrustError("the bundle has neither a promise nor a proof of the log")
        }
        try self.init(body: body, seconds: seconds)
    }

    private static func check(
        _ promise: String, body: String, seconds: Int64, index: Int64, log: String, _ keys: [SigstoreKey]
    ) throws(TrustError) {
        // Numbers that JSON in canonical form can express.
        guard seconds.magnitude < 1 << 53, index.magnitude < 1 << 53 else {
            throw TrustError("parsing Rekor SET: a number is out of range")
        }
        // Canonical JSON (RFC 8785): members in order, no spaces.
        let canonical: JSONObject = [
            "body": .string(body), "integratedTime": .integer(seconds), "logID": .string(log),
            "logIndex": .integer(index),
        ]
        let signed = JSONValue.object(canonical).serialized()
        guard keys.contains(where: { $0.isECDSA && $0.accepts(promise, of: signed) }) else {
            throw TrustError("cryptographic signature verification of Rekor SET failed")
        }
    }

    private init(body: String, seconds: Int64?) throws(TrustError) {
        guard let entry = Base64.decode(body).flatMap({ try? JSONValue(parsing: $0, refusesDuplicates: true) }),
            entry["apiVersion"]?.string == "0.0.1", let spec = entry["spec"]
        else { throw TrustError("the entry of the log is not of version 0.0.1") }
        let hash: JSONValue?
        let (signature, pem): (JSONValue?, JSONValue?)
        switch entry["kind"]?.string {
        case "hashedrekord":
            hash = spec["data"]?["hash"]
            (signature, pem) = (spec["signature"]?["content"], spec["signature"]?["publicKey"]?["content"])
        case "dsse":
            guard let signatures = spec["signatures"]?.array, signatures.count == 1 else {
                throw TrustError("the entry of the log has not exactly one signature")
            }
            hash = spec["payloadHash"]
            (signature, pem) = (signatures[0]["signature"], signatures[0]["verifier"])
        default: throw TrustError("the entry of the log is neither a hashedrekord nor a dsse")
        }
        guard hash?["algorithm"]?.string == "sha256", let digest = hash?["value"]?.string,
            let bytes = signature?.string.flatMap({ Base64.decode($0) }),
            let key = pem?.string.flatMap({ Base64.decode($0) })
        else { throw TrustError("the entry of the log is incomplete") }
        let blocks = PEMBlock.all(in: key)
        guard blocks.count == 1 else { throw TrustError("publicKey in Rekor SET is not in PEM format") }
        self.seconds = seconds
        self.signature = bytes
        signer = blocks[0].bytes
        payloadDigest = digest
    }

    /// Checks that the entry is for a signature.
    ///
    /// - Parameters:
    ///   - payload: what the entry has the digest of.
    ///   - signer: the key or the certificate, in DER.
    func check(_ signature: [UInt8], of payload: [UInt8], by signer: [UInt8]) throws(TrustError) {
        guard self.signer == signer else { throw TrustError("publicKey in Rekor SET does not match") }
        guard signature == self.signature else { throw TrustError("signature in Rekor SET does not match") }
        guard Self.hex(Array(SHA256.hash(data: payload))) == payloadDigest.lowercased() else {
            throw TrustError("payload in Rekor SET does not match")
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
