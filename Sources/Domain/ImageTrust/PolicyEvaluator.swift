package import ContainersConfig
import ContentDigest
package import ImageModel
import JSONText
import LinuxSystem

/// Decides whether a policy accepts an image (containers-policy.json(5)).
package struct PolicyEvaluator: Sendable {
    private let policy: SignaturePolicy
    private let temporaryDirectory: String
    private let requiresSignature: Bool

    /// - Parameters:
    ///   - temporaryDirectory: where keyrings are created during verification.
    ///   - requiresSignature: whether to reject images for which the policy demands no signature.
    package init(
        _ policy: SignaturePolicy, temporaryDirectory: String = "/tmp", requiresSignature: Bool = false
    ) {
        self.policy = policy
        self.temporaryDirectory = temporaryDirectory
        self.requiresSignature = requiresSignature
    }

    /// Checks that the image meets all requirements.
    ///
    /// - Parameters:
    ///   - name: `transport:reference`, for messages.
    ///   - signatures: fetches the image's signatures, once, if any requirement needs them.
    /// - Throws: ``TrustError``; also when the policy cannot be evaluated.
    package func check(
        _ manifest: RawManifest, from origin: ImageOrigin, named name: String,
        signatures: () throws -> [ImageSignature]
    ) throws {
        do {
            let requirements = try requirements(origin)
            guard !requirements.isEmpty else {
                throw TrustError("List of verification policy requirements must not be empty")
            }
            var fetched: [ImageSignature]?
            for requirement in requirements {
                switch requirement {
                case .insecureAcceptAnything: continue
                case .reject: throw TrustError("Running image \(name) is rejected by policy.")
                case .signedBaseLayer: throw TrustError("signedBaseLayer not implemented yet!")
                case .signedBy(let source, let identity):
                    let found = try fetched ?? signatures()
                    fetched = found
                    try checkSimple(found, source, identity, manifest, origin)
                case .sigstoreSigned(let trust, let identity):
                    let found = try fetched ?? signatures()
                    fetched = found
                    try checkSigstore(found, trust, identity, manifest, origin)
                }
            }
            guard fetched != nil || !requiresSignature else {
                throw TrustError("No signature verification policy found for image \(name)")
            }
        } catch let error as TrustError {
            throw TrustError("Source image rejected: \(error.message)")
        } catch {
            throw TrustError("Source image rejected: cannot evaluate the policy for \(name): \(error)")
        }
    }

    private func requirements(_ origin: ImageOrigin) throws -> [SignaturePolicy.Requirement] {
        var scopes: [String] = []
        func suffix(_ reference: ImageReference) -> String {
            reference.digest.map { "@\($0)" } ?? reference.tag.map { ":\($0)" } ?? ""
        }
        switch origin {
        case .registry(let reference), .daemon(let reference?):
            scopes = SignaturePolicy.registryScopes(name: reference.name, suffix: suffix(reference))
        case .daemon(nil): break
        case .store(let driver, let graphRoot, let reference, let id):
            scopes = SignaturePolicy.storeScopes(
                driver: driver, graphRoot: graphRoot, name: reference?.name, suffix: reference.map(suffix) ?? "",
                id: id)
        case .path(let transport, let path, let name):
            // Docker's archives have only a default scope.
            if transport != "docker-archive" { scopes = SignaturePolicy.pathScopes(path: path, name: name) }
        case .other(let transport):
            let known = policy.transports[transport]?.keys.filter { !$0.isEmpty } ?? []
            guard known.isEmpty else {
                throw TrustError("scopes for \(transport), such as \"\(known.sorted()[0])\", are not supported")
            }
        }
        return policy.requirements(transport: origin.transport, scopes: scopes)
    }

    // MARK: Signatures

    private func checkSimple(
        _ signatures: [ImageSignature], _ source: SignaturePolicy.KeySource, _ identity: SignaturePolicy.Identity,
        _ manifest: RawManifest, _ origin: ImageOrigin
    ) throws {
        let keyring = try GPGKeyring(keys: try PolicyKeys.read(source), in: temporaryDirectory)
        defer { keyring.close() }
        try checkAny(signatures) { signature in
            guard case .simple(let message) = signature else { return false }
            let claim = try SignedClaim(try keyring.verify(message).content, .simple)
            try check(claim, identity, manifest, origin)
            return true
        }
    }

    private func checkSigstore(
        _ signatures: [ImageSignature], _ trust: SignaturePolicy.SigstoreTrust, _ identity: SignaturePolicy.Identity,
        _ manifest: RawManifest, _ origin: ImageOrigin
    ) throws {
        let verifier = try SigstoreVerifier(trust)
        try checkAny(signatures) { signature in
            guard case .sigstore(let attachment) = signature, attachment.mediaType == SigstoreSignature.payloadType
            else { return false }
            try verifier.verify(SigstoreEvidence(attachment))
            try check(try SignedClaim(attachment.payload, .sigstore), identity, manifest, origin)
            return true
        }
    }

    /// One matching signature is enough, regardless of the others.
    ///
    /// - Parameter accepts: false for a signature of another kind; throws why a signature does not match.
    private func checkAny(_ signatures: [ImageSignature], _ accepts: (ImageSignature) throws -> Bool) throws {
        var reasons: [String] = []
        for signature in signatures {
            do {
                if try accepts(signature) { return }
            } catch let error as TrustError {
                reasons.append(error.message)
            }
        }
        switch reasons.count {
        case 0: throw TrustError("A signature was required, but no signature exists")
        case 1: throw TrustError(reasons[0])
        default: throw TrustError("None of the signatures were accepted, reasons: \(reasons.joined(separator: "; "))")
        }
    }

    private func check(
        _ claim: SignedClaim, _ identity: SignaturePolicy.Identity, _ manifest: RawManifest, _ origin: ImageOrigin
    ) throws {
        guard identity.accepts(claim.reference, for: origin.reference) else {
            throw TrustError("Signature for identity \"\(claim.shownReference)\" is not accepted")
        }
        let digest =
            claim.digest.algorithm == .sha256
            ? manifest.digest : Digest.hash(manifest.bytes, with: claim.digest.algorithm)
        guard digest == claim.digest else {
            throw TrustError("Signature for docker digest \"\(claim.digest)\" does not match")
        }
    }
}
