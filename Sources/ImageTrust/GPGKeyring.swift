import LinuxSystem

/// A keyring of its own for the system's `gpg`, with just the keys of one requirement. Close it to remove it.
struct GPGKeyring {
    /// What `gpg` makes of a signed message.
    struct Verified: Equatable {
        let content: [UInt8]
        /// The fingerprint of the signer's primary key.
        let fingerprint: String
    }

    private let directory: String
    private(set) var fingerprints: Set<String> = []

    /// Imports keys, armoured or not.
    ///
    /// - Throws: `TrustError` where there is no `gpg`, and where a file holds no public key.
    init(keys: [(bytes: [UInt8], name: String)], in temporaryDirectory: String) throws {
        directory = "\(temporaryDirectory)/swiftlet-gpg-\(RandomBytes.hex(12))"
        try Files.makeDirectory(directory, mode: 0o700)
        do {
            for key in keys {
                let result = try run(["--import"], input: key.bytes)
                let found = Self.statuses(result.errors).compactMap { words in
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
    func verify(_ message: [UInt8]) throws -> Verified {
        let result = try run(["--trust-model", "always", "--decrypt"], input: message)
        let statuses = Self.statuses(result.errors)
        func count(_ keyword: String) -> Int { statuses.count { $0.first == keyword } }
        let bad = ["BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "UNEXPECTED", "DECRYPTION_OKAY"]
        if let unknown = statuses.first(where: { $0.first == "ERRSIG" }), unknown.count > 1 {
            throw TrustError("Invalid GPG signature: it is by a key that the policy does not name, \(unknown[1])")
        }
        guard result.status == 0, count("GOODSIG") == 1, count("VALIDSIG") == 1, count("PLAINTEXT") == 1,
            !bad.contains(where: { count($0) > 0 }),
            let valid = statuses.first(where: { $0.first == "VALIDSIG" }), valid.count >= 2
        else { throw TrustError("Invalid GPG signature") }
        // The last field is the primary key; a signature by a subkey has another first.
        let fingerprint = valid.count >= 11 ? valid[10] : valid[1]
        guard fingerprints.contains(fingerprint) else {
            throw TrustError("Signature by key \(fingerprint) is not accepted")
        }
        return Verified(content: result.output, fingerprint: fingerprint)
    }

    private func run(
        _ arguments: [String], input: [UInt8]
    ) throws -> (status: Int32, output: [UInt8], errors: [UInt8]) {
        let base = [
            "gpg", "--batch", "--no-tty", "--quiet", "--no-options", "--no-autostart", "--homedir", directory,
            "--status-fd", "2",
            "--max-output", "1048576",
        ]
        do {
            return try ChildProcess.run(
                base + arguments, environment: ["LC_ALL=C", "PATH=/usr/local/bin:/usr/bin:/bin"], input: input,
                captureOutput: true, outputLimit: 2 << 20)
        } catch {
            throw TrustError("gpg, which verifies signatures, cannot be run: \(error)")
        }
    }

    /// The lines that `gpg` writes for programs.
    private static func statuses(_ text: [UInt8]) -> [[String]] {
        String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
            line.hasPrefix("[GNUPG:] ") ? line.split(separator: " ").dropFirst().map(String.init) : nil
        }
    }
}
