import NIOSSL

/// The versions of TLS that can be demanded.
package enum TLSVersion: String, Sendable {
    case v12 = "1.2"
    case v13 = "1.3"
}

/// How to verify a server, and which client certificate to present.
package struct TLSSettings: Sendable {
    /// Whether the server's certificate must be valid.
    package let isVerified: Bool
    /// Created once, so that connections can be shared.
    let configuration: TLSConfiguration

    /// The system's authorities, without a client certificate.
    package init(isVerified: Bool = true) {
        self.isVerified = isVerified
        var base = TLSConfiguration.makeClientConfiguration()
        if !isVerified { base.certificateVerification = .none }
        configuration = base
    }

    /// The system's authorities and the files of a directory as in containers-certs.d(5): `*.crt` are authorities,
    /// `*.cert` with `*.key` is the client certificate.
    ///
    /// - Parameter minimum: the lowest acceptable version of TLS; nil: the default.
    /// - Throws: ``RegistryError`` naming the file.
    package init(isVerified: Bool, directory: String?, minimum: TLSVersion? = nil) throws {
        self.isVerified = isVerified
        var base = TLSConfiguration.makeClientConfiguration()
        if !isVerified { base.certificateVerification = .none }
        switch minimum {
        case .v12: base.minimumTLSVersion = .tlsv12
        case .v13: base.minimumTLSVersion = .tlsv13
        case nil: break
        }
        if let directory { try CertificateDirectory(directory).apply(to: &base) }
        configuration = base
    }
}
