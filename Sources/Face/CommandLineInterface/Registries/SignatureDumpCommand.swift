import CommandLineGrammar
import ContainersConfig
import ContentDigest
import ImageModel
import ImageTrust
import JSONText
import LinuxSystem

/// `image untrusted-signature-dump-without-verification`: shows the claims of a signature, which need not be true.
enum SignatureDumpCommand: Command {
    static let grammar = CommandGrammar(
        "untrusted-signature-dump-without-verification",
        summary: "Dump contents of a signature WITHOUT VERIFYING IT",
        usage: "untrusted-signature-dump-without-verification SIGNATURE", hidden: true)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.positionals.count == 1 else {
            throw CommandError(
                "Usage: \(session.calledAs) untrusted-signature-dump-without-verification signature")
        }
        let bytes = try SignatureFiles.read(arguments.positionals[0], limit: ImageSignature.maximumSize)
        let says: DetachedSignature.Unverified
        do {
            says = try DetachedSignature(bytes).unverified(
                temporaryDirectory: session.environment.value("TMPDIR") ?? "/tmp")
        } catch {
            throw CommandError("Error decoding untrusted signature: \(error)")
        }
        let object: JSONObject = [
            "UntrustedDockerManifestDigest": .string(says.digest.description),
            "UntrustedDockerReference": .string(says.reference),
            "UntrustedCreatorID": says.creator.map { .string($0) } ?? .null,
            "UntrustedTimestamp": says.seconds.map { .string(Clock.rfc3339(FileTime(seconds: $0))) } ?? .null,
            "UntrustedShortKeyIdentifier": .string(says.shortKey),
        ]
        session.printLine(JSONValue.object(object).serializedString(pretty: true, escapeHTML: true))
        return 0
    }
}
