import CommandLineGrammar
import ContentDigest
import ImageModel
import ImageTrust

/// `image standalone-verify`, Skopeo's `standalone-verify`: verifies a signature in a file with the user's keys.
enum StandaloneVerifyCommand: Command {
    static let grammar = CommandGrammar(
        "standalone-verify", summary: "Verify a signature using local files",
        details: """
            Verifies a signature with keys in the user's keyring. Several comma-separated fingerprints are alternatives.
            """,
        usage: "standalone-verify MANIFEST DOCKER-REFERENCE KEY-FINGERPRINTS SIGNATURE",
        examples: ["standalone-verify manifest.json registry.example.com/example/busybox:1 1D82... busybox.signature"])

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
        do {
            let digest = try signature.verify(manifest, named: words[1], fingerprints: fingerprints)
            session.printLine("Signature verified, digest \(digest)")
        } catch {
            throw CommandError("Error verifying signature: \(error)")
        }
        return 0
    }
}
