import CommandLineGrammar
import ContainersConfig
import ImageCopy
import ImageTrust

/// `--signature-policy`: another policy on which images may come in.
enum SignaturePolicyFlag {
    static let flag = Flag.string("signature-policy", "file", hidden: true)

    /// Who decides which images the command may take in: the policy that flags name, else the configured one. What lies
    /// in the store has been let in.
    ///
    /// - Returns: nil where no policy is configured, and with `--insecure-policy`.
    /// - Throws: `ConfigError` for a policy that cannot be read or understood.
    static func admission(_ arguments: ParsedArguments, _ session: Session) throws -> PolicyGate? {
        if arguments.declares("insecure-policy"), arguments.bool("insecure-policy") { return nil }
        // Pull policies are another matter, but their flag has the same name as Skopeo's.
        let names = session.calledAs == "skopeo" ? ["policy", "signature-policy"] : ["signature-policy"]
        let path = names.filter(arguments.declares).compactMap(arguments.string).first { !$0.isEmpty }
        guard let policy = try SignaturePolicy.load(env: session.environment, path: path) else { return nil }
        let directory = session.environment.value("TMPDIR") ?? "/tmp"
        return PolicyGate(PolicyEvaluator(policy, temporaryDirectory: directory))
    }
}
