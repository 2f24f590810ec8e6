import CommandLineGrammar
import ImageModel
import ImageTrust
import LinuxSystem

/// `image standalone-sign`, Skopeo's `standalone-sign`: creates a signature in a separate file.
enum StandaloneSignCommand: Command {
    static let grammar = CommandGrammar(
        "standalone-sign", summary: "Create a signature using local files",
        usage: "standalone-sign [options] MANIFEST DOCKER-REFERENCE KEY-FINGERPRINT --output|-o SIGNATURE",
        examples: ["standalone-sign manifest.json registry.example.com/example/busybox:1 1D82... -o busybox.signature"],
        flags: [
            .string("output", short: "o", "file", help: "write the signature to the file"),
            .string("passphrase-file", "file", help: "read a passphrase for the key from the first line of the file"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.positionals.count == 3, let output = arguments.string("output"), !output.isEmpty else {
            throw CommandError(
                "Usage: \(session.calledAs) standalone-sign manifest docker-reference key-fingerprint -o signature")
        }
        let manifest = try SignatureFiles.read(arguments.positionals[0], limit: RawManifest.maximumSize)
        let passphrase = arguments.string("passphrase-file").flatMap { $0.isEmpty ? nil : $0 }
        let signer = SimpleSigner(
            key: arguments.positionals[2], passphraseFile: passphrase, creator: "swiftlet \(Swiftlet.version)")
        let signature: ImageSignature
        do {
            signature = try signer.sign(
                ManifestDigest.of(manifest), as: arguments.positionals[1], seconds: Clock.now().seconds)
        } catch {
            throw CommandError("Error creating signature: \(error)")
        }
        do {
            try OutputFile.write(signature.blob, to: output)
        } catch {
            throw CommandError("Error writing signature to \(output): \(error)")
        }
        return 0
    }
}

/// Reads the files for these commands.
enum SignatureFiles {
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        do {
            return try Files.readFile(path, limit: limit)
        } catch {
            throw CommandError("Error reading \(path): \(error)")
        }
    }
}
