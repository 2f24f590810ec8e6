import NIOSSL

/// How a server's identity is checked and what it is shown of ours.
package struct TLSSettings: Sendable {
    /// Whether the server's certificate must be valid.
    package let isVerified: Bool
    /// Ready for use: the same value each time, so that connections can be shared.
    let configuration: TLSConfiguration

    /// The system's authorities, no certificate of our own.
    package init(isVerified: Bool = true) {
        self.isVerified = isVerified
        var base = TLSConfiguration.makeClientConfiguration()
        if !isVerified { base.certificateVerification = .none }
        configuration = base
    }

    /// What the files of a directory as in containers-certs.d(5) say, besides the system's authorities: `*.crt` are
    /// authorities, `*.cert` with `*.key` our own certificate.
    ///
    /// - Throws: ``RegistryError`` naming the file.
    package init(isVerified: Bool, directory: String?) throws {
        self.isVerified = isVerified
        var base = TLSConfiguration.makeClientConfiguration()
        if !isVerified { base.certificateVerification = .none }
        if let directory { try CertificateDirectory(directory).apply(to: &base) }
        configuration = base
    }
}
