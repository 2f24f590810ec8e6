import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ContentDigest
import ImageCopy
import ImageModel
import ImageTransports
import ImageTrust

/// `image verify`: verifies that an image is signed, by given keys or as the policy demands.
enum ImageVerifyCommand: Command {
    static let grammar = CommandGrammar(
        "verify", summary: "Verify the signatures of an image",
        details: """
            Verifies the signatures of the manifest, or the list, that the name stands for, and prints its digest. Without
            keys, the policy must demand a signature, and accept the image. One signature by one of the keys is enough.
            The bundles that cosign 3 attaches to images name no image: given keys, they are accepted as well, unless
            --identity says what must be named.
            """,
        usage: "verify [options] IMAGE",
        examples: ["verify --key my.pub docker://registry.example.com/app:1"],
        flags: flags + RegistryFlags.standard, arguments: .exactly(1))

    private static let flags: [Flag] = [
        Flag("key", .stringArray, placeholder: "file", help: "accept signatures by the sigstore key in the file"),
        Flag("gpg-key", .stringArray, placeholder: "file", help: "accept signatures by the GPG keys in the file"),
        .string(
            "certificate-authority", "file",
            help: "accept signatures with a certificate of Fulcio from the authorities in the file"),
        .string("certificate-identity", "address", help: "the email address that the certificate must be for"),
        .string("certificate-oidc-issuer", "url", help: "the identity provider that the certificate must name"),
        Flag("log-key", .stringArray, placeholder: "file", help: "require an entry in the Rekor log with the key"),
        .string("identity", "reference", help: "the name that must be signed, instead of the image's own"),
        SignaturePolicyFlag.flag,
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let text = arguments.positionals[0]
        let requirement = try requirement(arguments)
        let policy = try requirement.map { SignaturePolicy(defaults: [$0]) } ?? configured(arguments, session)
        let source: any ImageSource
        if TransportReference(parsing: text) != nil {
            source = try Transports.resolver(for: [text], arguments, prefix: "", session).source(text)
        } else {
            let store = try session.openStore()
            guard let found = try store.findImage(text) else { throw CommandError("\(text): image not known") }
            let name = try (found.name ?? found.image.names.first).map { try ImageReference(parsing: $0) }
            source = StoreSource(found.image, in: store, as: name)
        }
        let gate = PolicyGate(
            PolicyEvaluator(
                policy, temporaryDirectory: session.environment.value("TMPDIR") ?? "/tmp", requiresSignature: true))
        let manifest = try source.manifest(nil)
        do {
            try gate.admit(manifest, instance: nil, from: source)
        } catch let error as TrustError {
            guard case .sigstoreSigned(let trust, _)? = requirement, !arguments.wasSet("identity"),
                try SignatureBundles.verify(manifest, from: source, trust)
            else { throw error }
        }
        session.printLine(manifest.digest.description)
        return 0
    }

    private static func configured(_ arguments: ParsedArguments, _ session: Session) throws -> SignaturePolicy {
        let path = arguments.string("signature-policy").flatMap { $0.isEmpty ? nil : $0 }
        guard let policy = try SignaturePolicy.load(env: session.environment, path: path) else {
            throw CommandError("there is no policy.json, and no --key, --gpg-key or --certificate-authority")
        }
        return policy
    }

    /// The requirement that flags express; nil if there are none.
    private static func requirement(_ arguments: ParsedArguments) throws -> SignaturePolicy.Requirement? {
        func value(_ name: String) -> String? { arguments.string(name).flatMap { $0.isEmpty ? nil : $0 } }
        let (keys, gpgKeys) = (arguments.strings("key"), arguments.strings("gpg-key"))
        let (logs, authority) = (arguments.strings("log-key"), value("certificate-authority"))
        guard [!keys.isEmpty, !gpgKeys.isEmpty, authority != nil].count(where: \.self) <= 1 else {
            throw CommandError("--key, --gpg-key and --certificate-authority exclude each other")
        }
        let identity = try value("identity").map { text -> SignaturePolicy.Identity in
            let reference = try ImageReference(parsing: text)
            return reference.tag == nil && reference.digest == nil
                ? .exactRepository(reference.description) : .exactReference(reference.description)
        }
        var trust: SignaturePolicy.SigstoreTrust?
        if !keys.isEmpty { trust = SignaturePolicy.SigstoreTrust(.keys(.paths(keys))) }
        if let authority {
            guard let email = value("certificate-identity"), let issuer = value("certificate-oidc-issuer"),
                !logs.isEmpty
            else {
                throw CommandError(
                    "--certificate-authority needs --certificate-identity, --certificate-oidc-issuer and --log-key")
            }
            trust = SignaturePolicy.SigstoreTrust(
                .fulcio(authorities: .paths([authority]), issuer: issuer, email: email))
        } else if value("certificate-identity") != nil || value("certificate-oidc-issuer") != nil {
            throw CommandError("--certificate-identity and --certificate-oidc-issuer need --certificate-authority")
        }
        let wanted = identity ?? .matchRepoDigestOrExact
        if var trust {
            trust.logs = logs.isEmpty ? nil : .paths(logs)
            return .sigstoreSigned(trust, identity: wanted)
        }
        guard logs.isEmpty else { throw CommandError("--log-key needs --key or --certificate-authority") }
        if !gpgKeys.isEmpty { return .signedBy(.paths(gpgKeys), identity: wanted) }
        guard identity == nil else {
            throw CommandError("--identity needs keys: otherwise the policy says what is signed")
        }
        return nil
    }
}
