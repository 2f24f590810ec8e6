package import ContainersConfig
import ContentDigest
package import ImageModel
import JSONText

/// A sigstore bundle, which cosign 3 attaches to images as a referrer.
package enum SigstoreBundle {
    /// What the media types of all versions begin with.
    package static let mediaType = "application/vnd.dev.sigstore.bundle"
    /// What a signature of an image says; other statements are attestations.
    private static let predicateType = "https://sigstore.dev/cosign/sign/v1"
    private static let payloadType = "application/vnd.in-toto+json"

    /// Verifies that a bundle has a signature of an image by whom is trusted. Bundles have no name of the image.
    ///
    /// - Throws: ``TrustError`` that says why not.
    package static func verify(
        _ bytes: [UInt8], of manifest: RawManifest, _ trust: SignaturePolicy.SigstoreTrust
    ) throws(TrustError) {
        try SigstoreVerifier(trust).verify(try evidence(bytes, for: manifest))
    }

    static func evidence(_ bytes: [UInt8], for manifest: RawManifest) throws(TrustError) -> SigstoreEvidence {
        guard let root = try? JSONValue(parsing: bytes, refusesDuplicates: true),
            root["mediaType"]?.string?.hasPrefix(mediaType) == true, let material = root["verificationMaterial"]
        else { throw wrong("it is not one") }
        func decoded(_ value: JSONValue?) -> [UInt8]? { value?.string.flatMap { Base64.decode($0) } }
        let signature: [UInt8]
        let (signed, logged): ([UInt8], [UInt8])
        if let envelope = root["dsseEnvelope"] {
            guard let signatures = envelope["signatures"]?.array, signatures.count == 1,
                let bytes = decoded(signatures[0]["sig"]), let payload = decoded(envelope["payload"]),
                envelope["payloadType"]?.string == payloadType
            else { throw wrong("its envelope has not one signature of a statement") }
            try check(payload, manifest)
            signature = bytes
            // What DSSE signs: the lengths keep type and content apart.
            signed = Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
            logged = payload
        } else {
            guard let bytes = decoded(root["messageSignature"]?["signature"]) else {
                throw wrong("it has no signature")
            }
            (signature, signed, logged) = (bytes, manifest.bytes, manifest.bytes)
        }
        let listed = material["x509CertificateChain"]?["certificates"]?.array ?? []
        let certificates = (material["certificate"].map { [$0] } ?? listed).map { decoded($0["rawBytes"]) }
        let chain = certificates.dropFirst().map { $0.flatMap { Certificate($0) } }
        guard certificates.allSatisfy({ $0 != nil }), chain.allSatisfy({ $0 != nil }) else {
            throw wrong("a certificate is malformed")
        }
        let entries = material["tlogEntries"]?.array ?? []
        guard entries.count <= 1 else { throw wrong("it has several entries of logs") }
        return SigstoreEvidence(
            signature: signature, signed: signed, logged: logged, certificate: certificates.first ?? nil,
            chain: chain.compactMap(\.self),
            log: entries.first.map { .bundle($0) } ?? .missing("entry of a log in the bundle"))
    }

    /// Checks that a statement is the signature of an image.
    private static func check(_ statement: [UInt8], _ manifest: RawManifest) throws(TrustError) {
        guard let root = try? JSONValue(parsing: statement, refusesDuplicates: true),
            root["_type"]?.string?.hasPrefix("https://in-toto.io/Statement/v") == true
        else { throw wrong("its payload is not a statement") }
        guard root["predicateType"]?.string == predicateType else {
            throw wrong("its statement is \(root["predicateType"]?.string ?? "of no type"), not a signature")
        }
        let digest = Digest.sha256(of: manifest.bytes).hex
        guard root["subject"]?.array?.contains(where: { $0["digest"]?["sha256"]?.string == digest }) == true else {
            throw wrong("its statement is not about sha256:\(digest)")
        }
    }

    private static func wrong(_ what: String) -> TrustError { TrustError("invalid sigstore bundle: \(what)") }
}
