import ContainersConfig
import ContentDigest
import Crypto
import FoundationEssentials
import ImageModel
import JSONText
import KeyEncoding
import Testing

@testable import ImageTrust

@Suite struct SigstoreBundleTests {
    private let signer = P256.Signing.PrivateKey()
    private let log = P256.Signing.PrivateKey()
    private let manifest: RawManifest

    init() throws {
        let config = ContentDigest.Digest.sha256(of: "config")
        manifest = try RawManifest(
            bytes: Array(
                #"{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(config)","size":2},"layers":[]}"#
                    .utf8), declaredType: .ociManifest)
    }

    /// What differs from a good bundle.
    private struct Flaws {
        var predicateType = "https://sigstore.dev/cosign/sign/v1"
        var subject: String?
        var payloadDigest: String?
        var promises = true
        var proves = true
        var root: [UInt8]?
        var signedSize = 3
        var index = 2
    }

    private func encoded(_ bytes: some Collection<UInt8>) -> JSONValue { .string(Base64.encode(bytes)) }

    private func signature(_ bytes: [UInt8], by key: P256.Signing.PrivateKey) throws -> [UInt8] {
        Array(try key.signature(for: SHA256.hash(data: bytes)).derRepresentation)
    }

    private func bundle(_ flaws: Flaws = Flaws()) throws -> [UInt8] {
        let subject = flaws.subject ?? manifest.digest.hex
        let payload = JSONValue.object([
            "_type": "https://in-toto.io/Statement/v1", "subject": [["digest": ["sha256": .string(subject)]]],
            "predicateType": .string(flaws.predicateType), "predicate": [:],
        ]).serialized()
        let type = "application/vnd.in-toto+json"
        let signed = Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
        let own = try signature(signed, by: signer)
        let digest = flaws.payloadDigest ?? ContentDigest.Digest.sha256(of: payload).hex
        let body = JSONValue.object([
            "apiVersion": "0.0.1", "kind": "dsse",
            "spec": [
                "payloadHash": ["algorithm": "sha256", "value": .string(digest)],
                "signatures": [
                    [
                        "signature": encoded(own),
                        "verifier": encoded(Array(signer.publicKey.pemRepresentation.utf8)),
                    ]
                ],
            ],
        ]).serialized()
        let entry = try entry(body, flaws)
        return JSONValue.object([
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": ["publicKey": ["hint": ""], "tlogEntries": [entry]],
            "dsseEnvelope": [
                "payload": encoded(payload), "payloadType": .string(type), "signatures": [["sig": encoded(own)]],
            ],
        ]).serialized()
    }

    /// The third entry of three.
    private func entry(_ body: [UInt8], _ flaws: Flaws) throws -> JSONValue {
        var entry: JSONObject = [
            "logIndex": "2", "logId": ["keyId": encoded([UInt8](repeating: 0xAB, count: 32))],
            "integratedTime": "1700000000", "canonicalizedBody": encoded(body),
        ]
        if flaws.promises {
            let canonical = Array(
                #"{"body":"\#(Base64.encode(body))","integratedTime":1700000000,"logID":"\#(String(repeating: "ab", count: 32))","logIndex":2}"#
                    .utf8)
            entry["inclusionPromise"] = ["signedEntryTimestamp": encoded(try signature(canonical, by: log))]
        }
        guard flaws.proves else { return .object(entry) }
        func hash(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
        let others = hash([1] + hash([0, 1]) + hash([0, 2]))
        let root = flaws.root ?? hash([1] + others + hash([0] + body))
        let note = "log.example\n\(flaws.signedSize)\n\(Base64.encode(root))\n"
        let signed = Base64.encode([1, 2, 3, 4] + (try signature(Array(note.utf8), by: log)))
        entry["inclusionProof"] = [
            "logIndex": .string("\(flaws.index)"), "treeSize": "3", "rootHash": encoded(root),
            "hashes": [encoded(others)],
            "checkpoint": ["envelope": .string(note + "\n\u{2014} log.example \(signed)\n")],
        ]
        return .object(entry)
    }

    private func source(_ key: P256.Signing.PrivateKey) -> SignaturePolicy.KeySource {
        .data([Base64.encode(Array(key.publicKey.pemRepresentation.utf8))])
    }

    private func refusal(_ bytes: [UInt8], signer: P256.Signing.PrivateKey? = nil, log: P256.Signing.PrivateKey?)
        -> String
    {
        do {
            try SigstoreBundle.verify(
                bytes, of: manifest,
                SignaturePolicy.SigstoreTrust(.keys(source(signer ?? self.signer)), logs: log.map(source)))
            return "accepted"
        } catch {
            return error.message
        }
    }

    @Test func `a bundle is accepted with its key, and with the log's`() throws {
        #expect(refusal(try bundle(), log: nil) == "accepted")
        #expect(refusal(try bundle(), log: log) == "accepted")
        for (promises, proves) in [(true, false), (false, true)] {
            #expect(refusal(try bundle(Flaws(promises: promises, proves: proves)), log: log) == "accepted")
        }
        #expect(refusal(try bundle(Flaws(promises: false, proves: false)), log: log).contains("neither"))
    }

    @Test func `others are not accepted`() throws {
        let stranger = P256.Signing.PrivateKey()
        #expect(refusal(try bundle(), signer: stranger, log: nil).contains("invalid signature"))
        #expect(refusal(try bundle(), signer: stranger, log: log).contains("publicKey in Rekor SET does not match"))
        #expect(refusal(try bundle(), log: stranger).contains("verification of Rekor SET failed"))
        #expect(refusal(try bundle(Flaws(promises: false)), log: stranger).contains("checkpoint failed"))
    }

    @Test func `what does not belong together is not accepted`() throws {
        let other = ContentDigest.Digest.sha256(of: "other").hex
        #expect(refusal(try bundle(Flaws(subject: other)), log: nil).contains("not about"))
        let attestation = "https://slsa.dev/provenance/v1"
        #expect(refusal(try bundle(Flaws(predicateType: attestation)), log: nil).contains("not a signature"))
        #expect(refusal(try bundle(Flaws(payloadDigest: other)), log: log).contains("payload"))
        #expect(
            refusal(try bundle(Flaws(root: [UInt8](repeating: 0, count: 32))), log: log).contains("the tree's root"))
        #expect(refusal(try bundle(Flaws(index: 0)), log: log).contains("the tree's root"))
        #expect(refusal(try bundle(Flaws(index: 3)), log: log).contains("malformed"))
        #expect(refusal(try bundle(Flaws(signedSize: 4)), log: log).contains("another tree"))
    }

    @Test(arguments: ["", "{}", "[]", #"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}"#])
    func `other files are errors`(text: String) {
        #expect(refusal(Array(text.utf8), log: nil).contains("invalid sigstore bundle"))
    }
}
