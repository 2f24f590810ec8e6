import CommandLineGrammar
import ImageCopy
import ImageModel
import ImageTrust
import LinuxSystem

/// The flags for signing what is written.
enum SigningFlags {
    static let signBy = Flag.string(
        "sign-by", "key-id", help: "sign the image using a GPG key with the specified key ID")

    static let flags: [Flag] = [
        signBy,
        .string("sign-by-sigstore", "file", help: "sign the image using a sigstore parameter file"),
        .string(
            "sign-by-sigstore-private-key", "file", help: "sign the image using a sigstore private key in the file"),
        .string(
            "sign-passphrase-file", "file", help: "read a passphrase for signing from the first line of the file"),
        .string("sign-identity", "reference", help: "sign as REFERENCE instead of the name of the destination"),
        .refused("sign-by-sq-fingerprint", "signing with Sequoia is not supported"),
    ]

    /// The signer for written images, if any. Its keys are there and can sign.
    static func signer(_ arguments: ParsedArguments) throws -> ImageSigner? {
        func value(_ name: String) -> String? {
            arguments.declares(name) ? arguments.string(name).flatMap { $0.isEmpty ? nil : $0 } : nil
        }
        let creator = "swiftlet \(Swiftlet.version)"
        let passphraseFile = value("sign-passphrase-file")
        let (simple, sigstore) = (value("sign-by"), value("sign-by-sigstore-private-key"))
        guard passphraseFile == nil || simple == nil || sigstore == nil else {
            throw CommandError(
                "Only one of --sign-by and --sign-by-sigstore-private-key can be used with --sign-passphrase-file")
        }
        var methods: [ImageSigner.Method] = []
        if let file = value("sign-by-sigstore") {
            methods.append(.sigstore(try SigstoreParameters(file).signer(creator: creator)))
        }
        if let simple {
            methods.append(.simple(SimpleSigner(key: simple, passphraseFile: passphraseFile, creator: creator)))
        }
        if let sigstore { methods.append(.sigstore(try signer(sigstore, passphraseFile, creator: creator))) }
        guard !methods.isEmpty else { return nil }
        return try ImageSigner(methods, identity: value("sign-identity").map { try ImageReference(parsing: $0) })
    }

    /// A signer with a sigstore key, whose passphrase is prompted for unless a file has it.
    static func signer(_ keyFile: String, _ passphraseFile: String?, creator: String) throws -> SigstoreSigner {
        let phrase = try passphrase(passphraseFile, for: keyFile)
        do {
            return try SigstoreSigner(keyFile: keyFile, passphrase: phrase, creator: creator)
        } catch {
            throw CommandError("creating signature: \(error)")
        }
    }

    /// The first line of a file; without one, what the user types.
    static func passphrase(_ file: String?, for keyFile: String) throws -> [UInt8] {
        guard let file else { return Array(try PasswordPrompt.ask("Passphrase for key \(keyFile): ").utf8) }
        do {
            return Array(try Files.readFile(file, limit: 1 << 16).prefix { $0 != UInt8(ascii: "\n") })
        } catch {
            throw CommandError("reading passphrase file: \(error)")
        }
    }
}
