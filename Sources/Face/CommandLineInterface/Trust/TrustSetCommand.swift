import CommandLineGrammar
import ContainersConfig
import LinuxSystem

/// `image trust set`, as Podman's: changes the policy on which images to accept.
enum TrustSetCommand: Command {
    static let grammar = CommandGrammar(
        "set", summary: "Set default trust policy or a new trust policy for a registry",
        usage: "set [options] REGISTRY",
        examples: ["set -t sigstoreSigned -f /etc/keys/example.pub registry.example.com/app", "set -t reject default"],
        flags: [
            Flag(
                "pubkeysfile", short: "f", .stringArray, placeholder: "file",
                help: "path of public keys to trust; may be used several times, all of which must have signed"),
            .string("signature-policy", "file", help: "path to a signature-policy file"),
            .string(
                "type", short: "t", "type", default: "signedBy", help: "accept, reject, signedBy or sigstoreSigned"),
        ], arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let scope = arguments.positionals[0]
        guard !scope.isEmpty, scope == "default" || SignaturePolicy.isScope(scope) else {
            throw CommandError("invalid image uri: \(scope)")
        }
        let type = arguments.string("type") ?? "signedBy"
        let keys = arguments.strings("pubkeysfile")
        switch type {
        case "accept", "insecureAcceptAnything", "reject":
            guard keys.isEmpty else {
                throw CommandError("\(keys.count) public keys unexpectedly provided for trust type \(type)")
            }
        case "signedBy", "sigstoreSigned":
            guard !keys.isEmpty else {
                throw CommandError("at least one public key must be defined for type '\(type)'")
            }
        default:
            throw CommandError(
                "invalid choice: \(type) (choose from 'accept', 'reject', 'signedBy', 'sigstoreSigned')")
        }
        let paths = try keys.map { key in
            let path = try HostPath.absolute(key)
            // A policy whose keys are missing accepts nothing.
            guard Files.exists(path) else { throw CommandError("\(path): no such file") }
            return path
        }
        let file = try file(arguments, session)
        var document = try PolicyDocument(Files.readFileIfPresent(file, limit: 4 << 20), file: file)
        let bytes = try document.set(scope, type: type == "accept" ? "insecureAcceptAnything" : type, keys: paths)
        try Files.replaceFile(file, with: bytes, mode: 0o644)
        return 0
    }

    /// The policy to change: the named one, the one in use, or the user's own.
    private static func file(_ arguments: ParsedArguments, _ session: Session) throws -> String {
        if let file = arguments.string("signature-policy"), !file.isEmpty { return file }
        if let used = try SignaturePolicy.load(env: session.environment)?.file { return used }
        guard let own = SignaturePolicy.locations(env: session.environment).first else {
            throw CommandError("--signature-policy names the file to change")
        }
        let directory = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex)
        try Files.makeDirectories(String(directory), mode: 0o755)
        return own
    }
}
