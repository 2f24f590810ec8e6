/// Which images may be used: containers-policy.json(5).
package struct SignaturePolicy: Sendable, Equatable {
    /// One thing that an image must fulfil.
    package enum Requirement: Sendable, Equatable {
        /// Every image does.
        case insecureAcceptAnything
        /// No image does.
        case reject
        /// A simple signature by one of the keys.
        case signedBy(KeySource, identity: Identity)
        /// A sigstore signature by the key.
        case sigstoreSigned(KeySource, identity: Identity)
        /// A signature on the base image. Nobody has ever implemented it: no image fulfils it.
        case signedBaseLayer
        /// A requirement that this tool knows by name only.
        case unknown(type: String)

        /// The requirement's name in the file.
        package var type: String {
            switch self {
            case .insecureAcceptAnything: "insecureAcceptAnything"
            case .reject: "reject"
            case .signedBy: "signedBy"
            case .sigstoreSigned: "sigstoreSigned"
            case .signedBaseLayer: "signedBaseLayer"
            case .unknown(let type): type
            }
        }
    }

    /// Where the public keys of a requirement are.
    package enum KeySource: Sendable, Equatable {
        /// Files with keys, one of which must have signed.
        case paths([String])
        /// The keys themselves, each base64.
        case data([String])
    }

    /// What a signature must say about the image's name.
    package enum Identity: Sendable, Equatable {
        /// The name itself.
        case matchExact
        /// The name itself, or its repository when it is named by digest. The default.
        case matchRepoDigestOrExact
        /// Its repository.
        case matchRepository
        /// A given name.
        case exactReference(String)
        /// A given repository.
        case exactRepository(String)
        /// The name with one prefix put in place of another.
        case remapIdentity(prefix: String, signedPrefix: String)
    }

    /// The file it was read from; empty for a policy made in code.
    package var file = ""
    /// What holds where nothing more specific does. Never empty.
    package var defaults: [Requirement]
    /// Requirements by transport name and scope; the scope `""` is the transport's default.
    package var transports: [String: [String: [Requirement]]]

    /// A policy with these requirements.
    package init(defaults: [Requirement], transports: [String: [String: [Requirement]]] = [:]) {
        self.defaults = defaults
        self.transports = transports
    }

    /// Accepts every image.
    package static let acceptAnything = SignaturePolicy(defaults: [.insecureAcceptAnything])
}
