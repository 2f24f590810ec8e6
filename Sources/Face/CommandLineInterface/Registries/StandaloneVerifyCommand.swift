import CommandLineGrammar
import ContainersConfig
import ContentDigest
import ImageModel
import ImageTrust

/// `image standalone-verify`, Skopeo's `standalone-verify`: verifies a signature in a file with the user's keys.
enum StandaloneVerifyCommand: Command {
    static let grammar = CommandGrammar(
        "standalone-verify", summary: "Verify a signature using local files",
        details: """
            Verifies a signature with keys in the user's keyring, or in a file. Several comma-separated fingerprints are
            alternatives; "any" accepts all keys in the file.
            """,
        usage: "standalone-verify MANIFEST DOCKER-REFERENCE KEY-FINGERPRINTS SIGNATURE",
        examples: ["standalone-verify manifest.json registry.example.com/example/busybox:1 1D82... busybox.signature"],
        flags: [.string("public-key-file", "file", help: "a file with public keys, instead of the user's keyring")])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let words = arguments.positionals
        guard words.count == 4 else {
            throw CommandError(
                "Usage: \(session.calledAs) standalone-verify manifest docker-reference key-fingerprint signature")
        }
        let manifest = try SignatureFiles.read(words[0], limit: RawManifest.maximumSize)
        let signature = DetachedSignature(try SignatureFiles.read(words[3], limit: ImageSignature.maximumSize))
        let fingerprints = words[2].split(separator: ",").map(String.init)
        guard !fingerprints.isEmpty else { throw CommandError("no key fingerprint given") }
        let keyFile = arguments.string("public-key-file").flatMap { $0.isEmpty ? nil : $0 }
        guard fingerprints != ["any"] || keyFile != nil else {
            throw CommandError("Cannot use any fingerprint without a public key file")
        }
        let keys = try keyFile.map { (bytes: try SignatureFiles.read($0, limit: 4 << 20), name: $0) }
        do {
            let found = try signature.verify(
                manifest, named: words[1], fingerprints: fingerprints == ["any"] ? nil : fingerprints, keys: keys,
                temporaryDirectory: session.environment.value("TMPDIR") ?? "/tmp")
            session.printLine("Signature verified using fingerprint \(found.fingerprint), digest \(found.digest)")
        } catch {
            throw CommandError("Error verifying signature: \(error)")
        }
        return 0
    }
}
