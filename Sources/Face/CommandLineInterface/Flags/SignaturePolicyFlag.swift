import CommandLineGrammar
import ContainersConfig
import ImageCopy
import ImageTrust

/// `--signature-policy`: replaces the policy on which images to accept.
enum SignaturePolicyFlag {
    static let flag = Flag.string("signature-policy", "file", hidden: true)

    /// The policy for images that the command imports: the one specified by flags, otherwise the configured one. Images
    /// in the store have already been accepted.
    ///
    /// - Returns: nil if no policy is configured, and with `--insecure-policy`.
    /// - Throws: `ConfigError` for an unreadable or invalid policy.
    static func admission(_ arguments: ParsedArguments, _ session: Session) throws -> PolicyGate? {
        let requiresSignature = arguments.declares("require-signed") && arguments.bool("require-signed")
        if arguments.declares("insecure-policy"), arguments.bool("insecure-policy") {
            guard !requiresSignature else {
                throw CommandError("--insecure-policy and --require-signed are mutually exclusive")
            }
            return nil
        }
        // Other commands use Skopeo's name `--policy` for pull policies.
        let names = session.calledAs == "skopeo" ? ["policy", "signature-policy"] : ["signature-policy"]
        let path = names.filter(arguments.declares).compactMap(arguments.string).first { !$0.isEmpty }
        let configured = try SignaturePolicy.load(env: session.environment, path: path)
        guard let policy = configured ?? (requiresSignature ? .acceptAnything : nil) else { return nil }
        let directory = session.environment.value("TMPDIR") ?? "/tmp"
        return PolicyGate(
            PolicyEvaluator(policy, temporaryDirectory: directory, requiresSignature: requiresSignature))
    }
}
