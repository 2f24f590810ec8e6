import ContainersConfig
import ImageModel
import LinuxSystem

/// Verifies that a sigstore signature is by whom a policy trusts; not what it claims.
struct SigstoreVerifier {
    private enum Root {
        case keys([SigstoreKey])
        case fulcio([Certificate], issuer: String, email: String)
        case pki(roots: [Certificate], intermediates: [Certificate], email: String?, host: String?)
    }

    private let root: Root
    private let logs: [SigstoreKey]?
    /// The current time, in seconds since 1970.
    private let now: Int64

    /// Reads the keys and certificates.
    ///
    /// - Throws: `TrustError` if there are none, or they cannot be read.
    init(_ trust: SignaturePolicy.SigstoreTrust, now: Int64 = Clock.now().seconds) throws(TrustError) {
        self.now = now
        logs = try trust.logs.map { source throws(TrustError) in
            let keys = try Self.keys(source)
            guard keys.allSatisfy(\.isECDSA) else { throw TrustError("a Rekor public key is not using ECDSA") }
            return keys
        }
        switch trust.root {
        case .keys(let source): root = .keys(try Self.keys(source))
        case .fulcio(let authorities, let issuer, let email):
            root = .fulcio(try Self.certificates(authorities), issuer: issuer, email: email)
        case .pki(let roots, let intermediates, let email, let host):
            root = .pki(
                roots: try Self.certificates(roots),
                intermediates: try intermediates.map { source throws(TrustError) in try Self.certificates(source) }
                    ?? [],
                email: email, host: host)
        }
    }

    private static func keys(_ source: SignaturePolicy.KeySource) throws(TrustError) -> [SigstoreKey] {
        try PolicyKeys.usable(PolicyKeys.read(source)) { key throws(TrustError) in
            try SigstoreKey(pem: key.bytes, name: key.name)
        }
    }

    private static func certificates(_ source: SignaturePolicy.KeySource) throws(TrustError) -> [Certificate] {
        var found: [Certificate] = []
        for file in try PolicyKeys.read(source) {
            guard let all = Certificate.all(inPEM: file.bytes), !all.isEmpty else {
                throw TrustError("error loading CA certificates: \(file.name)")
            }
            found += all
        }
        return found
    }

    /// Checks a signature.
    ///
    /// - Throws: `TrustError` that says why it is not trusted.
    func verify(_ evidence: SigstoreEvidence) throws(TrustError) {
        let keys = try trustedKeys(for: evidence)
        guard keys.contains(where: { $0.accepts(evidence.signature, of: evidence.signed, hash: .sha256) }) else {
            throw TrustError("cryptographic signature verification failed: invalid signature")
        }
    }

    /// The keys that may have made a signature.
    private func trustedKeys(for evidence: SigstoreEvidence) throws(TrustError) -> [SigstoreKey] {
        switch root {
        case .keys(let keys):
            guard let logs else { return keys }
            let entry = try evidence.entry(signedBy: logs)
            guard let key = keys.first(where: { $0.der == entry.signer }) else {
                throw TrustError("No public key verified against the RekorSET: publicKey in Rekor SET does not match")
            }
            try entry.check(evidence.signature, of: evidence.logged, by: key.der)
            return [key]
        case .fulcio(let roots, let issuer, let email):
            let entry = try evidence.entry(signedBy: logs ?? [])
            let (leaf, der) = try certificate(of: evidence)
            try entry.check(evidence.signature, of: evidence.logged, by: der)
            guard let seconds = entry.seconds else { throw TrustError("the log has not signed the time of its entry") }
            try CertificateChain(roots: roots, intermediates: evidence.chain).verify(leaf, at: seconds)
            guard let provider = leaf.identityProvider else {
                throw TrustError("Fulcio certificate has no issuer extension, or two that differ")
            }
            guard provider == issuer else { throw TrustError("Unexpected Fulcio OIDC issuer \"\(provider)\"") }
            try Self.check(email: email, leaf)
            return try [Self.key(of: leaf)]
        case .pki(let roots, let intermediates, let email, let host):
            let (leaf, _) = try certificate(of: evidence)
            try CertificateChain(roots: roots, intermediates: intermediates + evidence.chain).verify(leaf, at: now)
            if let email { try Self.check(email: email, leaf) }
            if let host, !CertificateHost.matches(host, leaf) {
                throw TrustError("Unexpected subject hostname: the certificate is not for \"\(host)\"")
            }
            return try [Self.key(of: leaf)]
        }
    }

    /// The signer's certificate, and its DER.
    private func certificate(of evidence: SigstoreEvidence) throws(TrustError) -> (leaf: Certificate, der: [UInt8]) {
        guard let der = evidence.certificate else {
            throw TrustError("missing \(SigstoreSignature.certificateAnnotation) annotation")
        }
        guard let leaf = Certificate(der) else { throw TrustError("parsing leaf certificate: it is malformed") }
        return (leaf, der)
    }

    private static func key(of certificate: Certificate) throws(TrustError) -> SigstoreKey {
        guard let key = SigstoreKey(der: certificate.key) else {
            throw TrustError("the certificate's key is of an unsupported type")
        }
        return key
    }

    private static func check(email: String, _ certificate: Certificate) throws(TrustError) {
        let names = certificate.alternativeNames(1)
        guard names.contains(Array(email.utf8)) else {
            let found = names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
            throw TrustError("Required email \"\(email)\" not found (got [\(found)])")
        }
    }

}

/// Whether a certificate is for a host (RFC 6125).
enum CertificateHost {
    static func matches(_ host: String, _ certificate: Certificate) -> Bool {
        let wanted = labels(host)
        let numbers = wanted.compactMap { UInt8($0) }
        if wanted.count == 4, numbers.count == 4 { return certificate.alternativeNames(7).contains(numbers) }
        return certificate.alternativeNames(2).contains { name in
            let pattern = labels(String(decoding: name, as: UTF8.self))
            guard pattern.count == wanted.count, pattern.count > 1 || pattern == wanted else { return false }
            // A wildcard stands for the whole first label.
            return pattern.dropFirst() == wanted.dropFirst() && (pattern[0] == wanted[0] || pattern[0] == "*")
        }
    }

    private static func labels(_ name: String) -> [String] {
        let lower = name.lowercased()
        return (lower.hasSuffix(".") ? lower.dropLast() : lower[...])
            .split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
}
