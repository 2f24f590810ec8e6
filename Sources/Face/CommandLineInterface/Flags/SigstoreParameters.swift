import ContainersConfig
import ImageTrust
import LinuxSystem

/// A file with parameters for sigstore signatures (containers-sigstore-signing-params.yaml(5)).
struct SigstoreParameters {
    private let keyFile: String
    private let passphraseFile: String?

    /// - Throws: `CommandError` for an unknown key, and for what needs a service: Fulcio and Rekor.
    init(_ path: String) throws {
        func wrong(_ what: String) -> CommandError {
            CommandError("Error using --sign-by-sigstore: setting up signing using parameter file \"\(path)\": \(what)")
        }
        let text: String
        do {
            text = String(decoding: try Files.readFile(path, limit: 1 << 20), as: UTF8.self)
        } catch {
            throw wrong("\(error)")
        }
        guard case .mapping(let members) = try YAMLSubset.parse(text, path: path) else {
            throw wrong("it is not a mapping")
        }
        var values: [String: String] = [:]
        for (key, value) in members {
            switch key {
            case "privateKeyFile", "privateKeyPassphraseFile":
                guard case .scalar(let text) = value else { throw wrong("\(key) is not a text") }
                values[key] = text
            case "fulcio":
                throw wrong("fulcio: signing with certificates of Fulcio is not supported: use privateKeyFile")
            case "rekorURL": throw wrong("rekorURL: uploading signatures to Rekor is not supported")
            default: throw wrong("unknown key \"\(key)\"")
            }
        }
        guard let keyFile = values["privateKeyFile"], !keyFile.isEmpty else {
            throw wrong("no private key source provided: privateKeyFile is missing")
        }
        self.keyFile = keyFile
        passphraseFile = values["privateKeyPassphraseFile"].flatMap { $0.isEmpty ? nil : $0 }
    }

    func signer(creator: String) throws -> SigstoreSigner {
        try SigningFlags.signer(keyFile, passphraseFile, creator: creator)
    }
}
