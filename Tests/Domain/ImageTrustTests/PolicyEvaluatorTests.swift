import ContainersConfig
import ContentDigest
import Crypto
import CryptoExtras
import FoundationEssentials
import ImageModel
import JSONText
import Testing

@testable import ImageTrust

@Suite struct PolicyEvaluatorTests {
    let key = P256.Signing.PrivateKey()
    let manifest: RawManifest

    init() throws {
        let config = ContentDigest.Digest.sha256(of: "config")
        manifest = try RawManifest(
            bytes: Array(
                #"{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(config)","size":2},"layers":[]}"#
                    .utf8), declaredType: .ociManifest)
    }

    private func payload(
        _ reference: String, type: String = "cosign container image signature", digest: ContentDigest.Digest? = nil,
        extra: String = ""
    ) -> [UInt8] {
        Array(
            #"{"critical":{"identity":{"docker-reference":"\#(reference)"},"image":{"docker-manifest-digest":"\#(digest ?? manifest.digest)"},"type":"\#(type)"\#(extra)},"optional":null}"#
                .utf8)
    }

    private func signature(_ payload: [UInt8]) throws -> ImageSignature {
        attached(payload, Base64.encode(Array(try key.signature(for: payload).derRepresentation)))
    }

    private func attached(
        _ payload: [UInt8], _ signature: String, type: String = SigstoreSignature.payloadType
    ) -> ImageSignature {
        .sigstore(
            SigstoreSignature(
                mediaType: type, payload: payload, annotations: [SigstoreSignature.annotation: signature]))
    }

    private func check(
        _ signatures: [ImageSignature], identity: SignaturePolicy.Identity = .matchRepository,
        pem: String? = nil, from origin: ImageOrigin? = nil
    ) throws {
        let pem = pem ?? key.publicKey.pemRepresentation
        let policy = SignaturePolicy(
            defaults: [.sigstoreSigned(.init(.keys(.data([Base64.encode(Array(pem.utf8))]))), identity: identity)])
        let origin = try origin ?? .registry(ImageReference(parsing: "example.com/image:1"))
        try PolicyEvaluator(policy).check(manifest, from: origin, named: "docker://example.com/image:1") { signatures }
    }

    private func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test func `Accepts a sigstore signature by the key`() throws {
        try check([signature(payload("example.com/image"))])
        // One match is enough.
        try check([signature(payload("example.com/other")), signature(payload("example.com/image"))])
    }

    /// Keys of every supported kind, with a function that signs as sigstore does.
    private static func signers() throws -> [(pem: String, sign: ([UInt8]) throws -> [UInt8])] {
        let (p256, p384, p521) = (P256.Signing.PrivateKey(), P384.Signing.PrivateKey(), P521.Signing.PrivateKey())
        let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let ed25519 = Curve25519.Signing.PrivateKey()
        let header: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        let text = Base64.encode(header + Array(ed25519.publicKey.rawRepresentation))
        return [
            (p256.publicKey.pemRepresentation, { Array(try p256.signature(for: $0).derRepresentation) }),
            (
                p384.publicKey.pemRepresentation,
                { Array(try p384.signature(for: SHA256.hash(data: $0)).derRepresentation) }
            ),
            (
                p521.publicKey.pemRepresentation,
                { Array(try p521.signature(for: SHA256.hash(data: $0)).derRepresentation) }
            ),
            (
                rsa.publicKey.pemRepresentation,
                { payload in
                    let digest = SHA256.hash(data: payload)
                    return Array(try rsa.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation)
                }
            ),
            (
                "-----BEGIN PUBLIC KEY-----\n\(text)\n-----END PUBLIC KEY-----\n",
                { Array(try ed25519.signature(for: $0)) }
            ),
        ]
    }

    @Test func `Accepts keys of every kind that sigstore signs with`() throws {
        let good = payload("example.com/image")
        let signers = try Self.signers()
        for (place, signer) in signers.enumerated() {
            let signature = attached(good, Base64.encode(try signer.sign(good)))
            try check([signature], pem: signer.pem)
            let other = signers[(place + 1) % signers.count].pem
            #expect(refusal { try check([signature], pem: other) }.contains("verification failed"))
            let wrong = attached(payload("example.com/else"), Base64.encode(try signer.sign(good)))
            #expect(refusal { try check([wrong], pem: signer.pem) }.contains("verification failed"))
        }
    }

    @Test func `One bad key does not spoil the others`() throws {
        let good = Base64.encode(Array(key.publicKey.pemRepresentation.utf8))
        let signed = try signature(payload("example.com/image"))
        func check(_ source: SignaturePolicy.KeySource) throws {
            let policy = SignaturePolicy(defaults: [.sigstoreSigned(.init(.keys(source)), identity: .matchRepository)])
            try PolicyEvaluator(policy).check(
                manifest, from: .registry(ImageReference(parsing: "example.com/image:1")), named: "x"
            ) { [signed] }
        }
        try check(.data(["not base64 \u{1}", Base64.encode(Array("no key".utf8)), good]))
        #expect(refusal { try check(.data([Base64.encode(Array("no key".utf8)), "\u{1}"])) }.contains("not"))
        #expect(refusal { try check(.paths(["/no/such/key", "/dev/null"])) }.contains("/dev/null"))
    }

    @Test func `Requiring signatures rejects what needs none`() throws {
        func check(_ policy: SignaturePolicy, _ signatures: [ImageSignature]) throws {
            try PolicyEvaluator(policy, requiresSignature: true).check(
                manifest, from: .registry(ImageReference(parsing: "example.com/image:1")), named: "docker://x"
            ) { signatures }
        }
        let pem = Base64.encode(Array(key.publicKey.pemRepresentation.utf8))
        let signed = SignaturePolicy(defaults: [.sigstoreSigned(.init(.keys(.data([pem]))), identity: .matchRepository)]
        )
        try check(signed, [signature(payload("example.com/image"))])
        #expect(refusal { try check(signed, []) }.contains("A signature was required"))
        #expect(
            refusal { try check(.acceptAnything, []) }
                .contains("No signature verification policy found for image docker://x"))
    }

    @Test func `Rejects everything else with a reason`() throws {
        #expect(refusal { try check([]) }.contains("A signature was required, but no signature exists"))
        #expect(refusal { try check([.simple([1])]) }.contains("no signature exists"))
        let good = payload("example.com/image")
        #expect(
            refusal {
                try check([signature(good)], pem: P256.Signing.PrivateKey().publicKey.pemRepresentation)
            }.contains("verification failed"))
        guard case .sigstore(let attachment) = try signature(good) else { return }
        let other = payload("example.com/image", digest: ContentDigest.Digest.sha256(of: "other"))
        #expect(refusal { try check([attached(other, attachment.signature ?? "")]) }.contains("verification failed"))
        #expect(refusal { try check([signature(other)]) }.contains("does not match"))
        #expect(
            refusal { try check([signature(payload("example.com/other"))]) }
                .contains("Signature for identity \"example.com/other\" is not accepted"))
        #expect(refusal { try check([signature(payload("x", type: "y"))]) }.contains("its type is"))
        #expect(
            refusal { try check([signature(payload("example.com/image", extra: #","more":1"#))]) }
                .contains("unknown member"))
        #expect(refusal { try check([signature(good)], pem: "no key") }.contains("not a public key"))
        #expect(refusal { try check([signature(good)], from: .other(transport: "x")) }.contains("is not accepted"))
    }

    @Test func `Rejects for reject and unsupported scopes`() throws {
        func check(_ policy: SignaturePolicy, _ origin: ImageOrigin = .path(transport: "dir", path: "/x", name: nil))
            -> String
        {
            refusal { try PolicyEvaluator(policy).check(manifest, from: origin, named: "dir:/x") { [] } }
        }
        #expect(
            check(SignaturePolicy(defaults: [.reject]))
                == "Source image rejected: Running image dir:/x is rejected by policy.")
        #expect(check(SignaturePolicy(defaults: [.insecureAcceptAnything, .reject])).contains("rejected by policy"))
        #expect(check(SignaturePolicy(defaults: [])).contains("must not be empty"))
        #expect(check(.acceptAnything) == "accepted")
        let scoped = SignaturePolicy(
            defaults: [.insecureAcceptAnything], transports: ["containers-storage": ["[overlay]x": [.reject]]])
        #expect(check(scoped, .other(transport: "containers-storage")).contains("not supported"))
        let missing = SignaturePolicy(
            defaults: [.signedBy(.paths(["/no/such/key"]), identity: .matchExact)])
        #expect(check(missing).contains("/no/such/key"))
    }

    @Test(arguments: [
        (SignaturePolicy.Identity.matchExact, "e.com/a:1", "e.com/a:1", true),
        (.matchExact, "e.com/a:2", "e.com/a:1", false), (.matchExact, "e.com/a", "e.com/a:1", false),
        (.matchRepoDigestOrExact, "e.com/a:1", "e.com/a:1", true),
        (.matchRepoDigestOrExact, "e.com/a:2", "e.com/a:1", false),
        (.matchRepoDigestOrExact, "e.com/a:2", "e.com/a@sha256:\(String(repeating: "a", count: 64))", true),
        (.matchRepository, "e.com/a:2", "e.com/a:1", true), (.matchRepository, "e.com/b:1", "e.com/a:1", false),
        (.exactReference("e.com/x:1"), "e.com/x:1", "e.com/a:1", true),
        (.exactReference("e.com/x:1"), "e.com/x:2", "e.com/a:1", false),
        (.exactRepository("e.com/x"), "e.com/x:9", "e.com/a:1", true),
        (.remapIdentity(prefix: "m.io/v", signedPrefix: "v.com"), "v.com/a:1", "m.io/v/a:1", true),
        (.remapIdentity(prefix: "m.io/v", signedPrefix: "v.com"), "v.com/a:1", "m.io/vx/a:1", false),
        (.remapIdentity(prefix: "m.io/v", signedPrefix: "v.com"), "e.com/a:1", "e.com/a:1", true),
        (.matchRepository, "not a name", "e.com/a:1", false),
    ])
    func `Identities`(identity: SignaturePolicy.Identity, signed: String, intended: String, fits: Bool) throws {
        #expect(identity.accepts(signed, for: try ImageReference(parsing: intended)) == fits)
        #expect(
            identity.accepts(signed, for: nil)
                == (fits && ["exactReference", "exactRepository"].contains { "\(identity)".hasPrefix($0) }))
    }

    @Test func `Other attachments of an image are not signatures`() throws {
        guard case .sigstore(let good) = try signature(payload("example.com/image")) else { return }
        let other = attached(good.payload, good.signature ?? "", type: "application/vnd.dsse.envelope.v1+json")
        #expect(refusal { try check([other]) }.contains("no signature exists"))
        let bare = SigstoreSignature(mediaType: good.mediaType, payload: good.payload, annotations: [:])
        #expect(refusal { try check([.sigstore(bare)]) }.contains("missing dev.cosignproject.cosign/signature"))
    }
}
