import LinuxSystem

/// A temporary keyring for the system's `gpg`, with only the keys of one requirement. Close it to remove it.
struct GPGKeyring {
    private let directory: String
    let gpg: GPG
    private(set) var fingerprints: Set<String> = []

    /// Imports keys, ASCII-armoured or binary. What contains no key does not spoil the others.
    ///
    /// - Throws: `TrustError` when `gpg` is missing or there are files and none contains a public key.
    init(keys: [(bytes: [UInt8], name: String)], in temporaryDirectory: String) throws {
        directory = "\(temporaryDirectory)/swiftlet-gpg-\(RandomBytes.hex(12))"
        gpg = GPG(homeDirectory: directory)
        try Files.makeDirectory(directory, mode: 0o700)
        do {
            var bad: [String] = []
            for key in keys {
                let found = try gpg.run(["--import"], input: key.bytes).statuses.compactMap { words in
                    words.first == "IMPORT_OK" && words.count >= 3 ? words[2] : nil
                }
                if found.isEmpty { bad.append(key.name) }
                fingerprints.formUnion(found)
            }
            guard !fingerprints.isEmpty || bad.isEmpty else {
                throw TrustError("No public keys imported from \(bad.joined(separator: ", "))")
            }
        } catch {
            close()
            throw error
        }
    }

    func close() {
        // Anything left of it contains only public keys.
        try? Files.removeTree(directory)
    }

    /// The content of a message that is signed as a whole by exactly one of the keys.
    func verify(_ message: [UInt8]) throws(TrustError) -> GPG.Verified {
        let verified = try gpg.verify(message)
        guard fingerprints.contains(verified.fingerprint) else {
            throw TrustError("Signature by key \(verified.fingerprint) is not accepted")
        }
        return verified
    }
}
