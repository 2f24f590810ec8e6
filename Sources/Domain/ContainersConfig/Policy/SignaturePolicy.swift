/// The policy on which images to accept: containers-policy.json(5).
package struct SignaturePolicy: Sendable, Equatable {
    /// A condition that an image must fulfil.
    package enum Requirement: Sendable, Equatable {
        /// Fulfilled by every image.
        case insecureAcceptAnything
        /// Fulfilled by no image.
        case reject
        /// A simple signature by one of the keys.
        case signedBy(KeySource, identity: Identity)
        /// A sigstore signature by one of the keys, or by the owner of a certificate.
        case sigstoreSigned(SigstoreTrust, identity: Identity)
        /// A signature of the base image. No tool implements it: no image fulfils it.
        case signedBaseLayer

        /// The requirement's name in the file.
        package var type: String {
            switch self {
            case .insecureAcceptAnything: "insecureAcceptAnything"
            case .reject: "reject"
            case .signedBy: "signedBy"
            case .sigstoreSigned: "sigstoreSigned"
            case .signedBaseLayer: "signedBaseLayer"
            }
        }
    }

    /// The source of a requirement's public keys.
    package enum KeySource: Sendable, Equatable {
        /// Files with keys, one of which must have made the signature.
        case paths([String])
        /// The keys themselves, base64-encoded.
        case data([String])
    }

    /// Whose sigstore signatures are trusted.
    package struct SigstoreTrust: Sendable, Equatable {
        /// What a signature is verified with.
        package enum Root: Sendable, Equatable {
            /// Public keys.
            case keys(KeySource)
            /// A certificate that Fulcio issued to a person.
            case fulcio(authorities: KeySource, issuer: String, email: String)
            /// A certificate of any other authority, for an email address or a host, or both.
            case pki(roots: KeySource, intermediates: KeySource?, email: String?, host: String?)
        }

        package var root: Root
        /// The keys of logs of Rekor, of which one must have signed an entry for the signature; nil: none is needed.
        package var logs: KeySource?

        package init(_ root: Root, logs: KeySource? = nil) {
            self.root = root
            self.logs = logs
        }
    }

    /// How the identity in a signature must match the image's name.
    package enum Identity: Sendable, Equatable {
        /// The same name.
        case matchExact
        /// The same name, or the same repository for an image with a digest. The default.
        case matchRepoDigestOrExact
        /// The same repository.
        case matchRepository
        /// A specified name.
        case exactReference(String)
        /// A specified repository.
        case exactRepository(String)
        /// The name with one prefix replaced by another.
        case remapIdentity(prefix: String, signedPrefix: String)
    }

    /// The file from which it was read; empty for a policy created in code.
    package var file = ""
    /// The requirements in the absence of more specific ones. Never empty.
    package var defaults: [Requirement]
    /// Requirements by transport name and scope; the scope `""` is the transport's default.
    package var transports: [String: [String: [Requirement]]]

    /// Creates a policy with these requirements.
    package init(defaults: [Requirement], transports: [String: [String: [Requirement]]] = [:]) {
        self.defaults = defaults
        self.transports = transports
    }

    /// Accepts every image.
    package static let acceptAnything = SignaturePolicy(defaults: [.insecureAcceptAnything])
}
