import CommandLineGrammar
import ContentDigest
import ImageModel
import LinuxSystem

/// `image manifest-digest`, Skopeo's `manifest-digest`.
enum ManifestDigestCommand: Command {
    static let grammar = CommandGrammar(
        "manifest-digest", summary: "Compute a manifest digest of a file", usage: "manifest-digest MANIFEST-FILE",
        examples: ["manifest-digest manifest.json"], arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let bytes = try Files.readFile(arguments.positionals[0], limit: RawManifest.maximumSize)
        session.printLine(try ManifestDigest.of(bytes).description)
        return 0
    }
}
