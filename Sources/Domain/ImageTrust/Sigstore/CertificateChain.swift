/// Verifies the certificate of a signer up to a root (RFC 5280, section 6, without revocation and name constraints: a
/// critical extension that is not understood makes a certificate unusable).
struct CertificateChain {
    private static let longest = 8
    /// How many signatures are verified at most: certificates of the same name could be chained in very many ways.
    private static let mostChecks = 100

    let roots: [Certificate]
    let intermediates: [Certificate]

    /// Checks that a chain leads from a certificate for signing code to a root, and is valid at a time.
    ///
    /// - Throws: `TrustError` that says why not.
    func verify(_ leaf: Certificate, at seconds: Int64) throws(TrustError) {
        guard leaf.validity.contains(seconds) else {
            throw Self.wrong("the certificate has expired or is not yet valid at the time of the signature")
        }
        guard leaf.allowsCodeSigning else { throw Self.wrong("the certificate is not for signing code") }
        guard leaf.unknownCritical.isEmpty else {
            throw Self.wrong("unhandled critical extension \(leaf.unknownCritical[0])")
        }
        var checks = Self.mostChecks
        guard roots.contains(leaf) || reachesRoot(from: leaf, at: seconds, below: 0, &checks) else {
            throw Self.wrong("certificate signed by unknown authority")
        }
    }

    /// - Parameter authorities: how many are between `certificate`, exclusively, and the leaf.
    private func reachesRoot(
        from certificate: Certificate, at seconds: Int64, below authorities: Int, _ checks: inout Int
    ) -> Bool {
        for candidate in roots + intermediates {
            guard candidate.subject == certificate.issuer, candidate.isAuthority, candidate.allowsCodeSigning,
                candidate.unknownCritical.isEmpty, candidate.validity.contains(seconds),
                candidate.pathLength.map({ authorities <= $0 }) ?? true, candidate != certificate
            else { continue }
            guard checks > 0 else { return false }
            checks -= 1
            guard certificate.isSigned(by: candidate) else { continue }
            if roots.contains(candidate) { return true }
            guard authorities < Self.longest else { continue }
            if reachesRoot(from: candidate, at: seconds, below: authorities + 1, &checks) { return true }
        }
        return false
    }

    private static func wrong(_ what: String) -> TrustError { TrustError("verifying leaf certificate failed: \(what)") }
}
