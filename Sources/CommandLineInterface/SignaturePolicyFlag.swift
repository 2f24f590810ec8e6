import CommandLineGrammar
import ContainersConfig
import ImageTransports

/// `--signature-policy`: another policy on which images may come in.
enum SignaturePolicyFlag {
    static let flag = Flag.string("signature-policy", "file", hidden: true)

    /// Reads the policy, and refuses an image in a file or directory that it does not let in. What lies in the store has
    /// been let in.
    static func check(_ image: String, _ arguments: ParsedArguments, _ session: Session) throws {
        let path = arguments.string(session.calledAs == "skopeo" ? "policy" : "signature-policy")
        if arguments.declares("insecure-policy"), arguments.bool("insecure-policy") { return }
        guard let policy = try SignaturePolicy.load(env: session.environment, path: path) else { return }
        guard let reference = TransportReference(parsing: image) else { return }
        // The name inside of an archive or layout stands behind the last colon.
        let parts = reference.rest.split(separator: ":", maxSplits: 1).map(String.init)
        try policy.check(
            transport: reference.transport.rawValue,
            scopes: SignaturePolicy.pathScopes(path: parts.first ?? "", name: parts.count == 2 ? parts[1] : nil),
            image: image)
    }
}
