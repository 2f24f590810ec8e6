import CommandLineGrammar
import ImageTrust
import LinuxSystem

/// `image generate-sigstore-key`, Skopeo's `generate-sigstore-key`: makes a key pair for sigstore signatures.
enum GenerateSigstoreKeyCommand: Command {
    static let grammar = CommandGrammar(
        "generate-sigstore-key", summary: "Generate a sigstore public/private key pair",
        usage: "generate-sigstore-key [options] --output-prefix PREFIX",
        examples: ["generate-sigstore-key --output-prefix my-key"],
        flags: [
            .string("output-prefix", "prefix", help: "write the keys to PREFIX.pub and PREFIX.private"),
            .string("passphrase-file", "file", help: "read a passphrase for the private key from the file"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.positionals.isEmpty, let prefix = arguments.string("output-prefix"), !prefix.isEmpty else {
            throw CommandError("Usage: \(session.calledAs) generate-sigstore-key --output-prefix PREFIX")
        }
        let (secret, open) = ("\(prefix).private", "\(prefix).pub")
        for path in [open, secret] where try Files.statusIfPresent(path, followSymlinks: false) != nil {
            throw CommandError("Refusing to overwrite existing \(path.goQuoted)")
        }
        let file = arguments.string("passphrase-file").flatMap { $0.isEmpty ? nil : $0 }
        let passphrase = try SigningFlags.passphrase(file, for: secret)
        let key = SigstorePrivateKey()
        let encrypted = try key.encrypted(passphrase: passphrase)
        do {
            try Files.replaceFile(secret, with: Array(encrypted.utf8), mode: 0o600)
            try Files.replaceFile(open, with: Array(key.publicKey.utf8), mode: 0o644)
        } catch {
            throw CommandError("Error writing the keys: \(error)")
        }
        session.printLine("Key written to \(secret.goQuoted) and \(open.goQuoted)")
        return 0
    }
}
