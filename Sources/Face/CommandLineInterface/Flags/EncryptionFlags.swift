import CommandLineGrammar
import ImageEncryption

/// The flags for encrypted layers.
enum EncryptionFlags {
    /// Of commands that write images.
    static let encrypting: [Flag] = [
        Flag(
            "encryption-key", .stringSlice, placeholder: "jwe:file|pkcs7:file",
            help: "encrypt the layers for the owner of the public key or certificate in the file"),
        Flag(
            "encrypt-layer", .stringSlice, placeholder: "number",
            help: "encrypt only this layer; 0 is the first, -1 the last"),
    ]

    /// Of commands that read images.
    static let decrypting = Flag(
        "decryption-key", .stringSlice, placeholder: "file[:password]",
        help: "decrypt encrypted layers with the private key in the file; for pkcs7, also give the certificate")

    static func encryption(_ arguments: ParsedArguments) throws -> LayerEncryption? {
        guard arguments.declares("encryption-key") else { return nil }
        let keys = arguments.strings("encryption-key")
        let positions = try arguments.strings("encrypt-layer").map { text in
            guard let position = Int(text) else {
                throw CommandError("invalid argument \(text.goQuoted) for \"--encrypt-layer\": not a number")
            }
            return position
        }
        guard !keys.isEmpty else {
            guard positions.isEmpty else {
                throw CommandError("--encrypt-layer can only be used with --encryption-key")
            }
            return nil
        }
        do {
            return try LayerEncryption(for: keys, positions: positions)
        } catch {
            throw CommandError("Invalid encryption keys: \(error)")
        }
    }

    static func decryption(_ arguments: ParsedArguments) throws -> LayerDecryption? {
        guard arguments.declares("decryption-key") else { return nil }
        let keys = arguments.strings("decryption-key")
        guard !keys.isEmpty else { return nil }
        guard !arguments.declares("encryption-key") || arguments.strings("encryption-key").isEmpty else {
            throw CommandError("--encryption-key and --decryption-key cannot be specified together")
        }
        do {
            return try LayerDecryption(keys: keys)
        } catch {
            throw CommandError("Invalid decryption keys: \(error)")
        }
    }
}
