import LinuxSystem

/// A keyring of its own for the system's `gpg`, with just the keys of one requirement. Close it to remove it.
struct GPGKeyring {
    private let directory: String
    let gpg: GPG
    private(set) var fingerprints: Set<String> = []

    /// Imports keys, armoured or not.
    ///
    /// - Throws: `TrustError` where there is no `gpg`, and where a file holds no public key.
    init(keys: [(bytes: [UInt8], name: String)], in temporaryDirectory: String) throws {
        directory = "\(temporaryDirectory)/swiftlet-gpg-\(RandomBytes.hex(12))"
        gpg = GPG(homeDirectory: directory)
        try Files.makeDirectory(directory, mode: 0o700)
        do {
            for key in keys {
                let found = try gpg.run(["--import"], input: key.bytes).statuses.compactMap { words in
                    words.first == "IMPORT_OK" && words.count >= 3 ? words[2] : nil
                }
                guard !found.isEmpty else { throw TrustError("No public keys imported from \(key.name)") }
                fingerprints.formUnion(found)
            }
        } catch {
            close()
            throw error
        }
    }

    func close() {
        // What is left of it holds public keys alone.
        try? Files.removeTree(directory)
    }

    /// The content of a message that exactly one of the keys has signed, as a whole.
    func verify(_ message: [UInt8]) throws(TrustError) -> GPG.Verified {
        let verified = try gpg.verify(message)
        guard fingerprints.contains(verified.fingerprint) else {
            throw TrustError("Signature by key \(verified.fingerprint) is not accepted")
        }
        return verified
    }
}
