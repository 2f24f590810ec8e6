package import ContentDigest

/// What a build tells those who keep a record of it.
package enum BuildObservation: Sendable {
    /// A repository whose files an ADD copies, without credentials, and the commit.
    case repository(String, commit: String)
    /// A file on a web server that an ADD copies, without credentials, and the digest of its content.
    case webFile(String, digest: Digest)
    /// A stage is complete: its number, its name in lower case, and its files.
    case stage(Int, name: String?, topLayer: String?)

    /// An address without user and password.
    package static func withoutCredentials(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return address }
        let authority = address[scheme.upperBound...].prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@") else { return address }
        return String(address[..<scheme.upperBound] + address[address.index(after: at)...])
    }
}
