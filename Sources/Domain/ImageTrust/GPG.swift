import LinuxSystem

/// The system's `gpg`, run once per operation.
struct GPG {
    /// The outcome of a `gpg` run.
    struct Result {
        let status: Int32
        let output: [UInt8]
        /// The machine-readable status lines, split into words.
        let statuses: [[String]]
        /// The messages for humans.
        let messages: String

        func count(_ keyword: String) -> Int { statuses.count { $0.first == keyword } }
    }

    /// The outcome of verifying a signed message.
    struct Verified: Equatable {
        let content: [UInt8]
        /// The fingerprint of the signer's primary key.
        let fingerprint: String
    }

    /// The directory with the keys; nil for the user's own keys, with the user's settings and agent.
    let homeDirectory: String?

    func run(_ arguments: [String], input: [UInt8]) throws(TrustError) -> Result {
        var base = ["gpg", "--batch", "--no-tty", "--status-fd", "2", "--max-output", "1048576"]
        var environment: [String]?
        if let homeDirectory {
            base += ["--quiet", "--no-options", "--no-autostart", "--homedir", homeDirectory]
            environment = ["LC_ALL=C", "PATH=/usr/local/bin:/usr/bin:/bin"]
        }
        do {
            let (status, output, errors) = try ChildProcess.run(
                base + arguments, environment: environment, input: input, captureOutput: true, outputLimit: 2 << 20)
            let lines = String(decoding: errors, as: UTF8.self).split(separator: "\n")
            let prefix = "[GNUPG:] "
            return Result(
                status: status, output: output,
                statuses: lines.filter { $0.hasPrefix(prefix) }.map {
                    $0.split(separator: " ").dropFirst().map(String.init)
                },
                messages: lines.filter { !$0.hasPrefix(prefix) }.joined(separator: "; "))
        } catch {
            throw TrustError("cannot run gpg, which creates and verifies signatures: \(error)")
        }
    }

    /// The content of a message that is signed as a whole by exactly one key.
    func verify(_ message: [UInt8]) throws(TrustError) -> Verified {
        let result = try run(["--trust-model", "always", "--decrypt"], input: message)
        let bad = ["BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "UNEXPECTED", "DECRYPTION_OKAY"]
        if let unknown = result.statuses.first(where: { $0.first == "ERRSIG" }), unknown.count > 1 {
            throw TrustError("Invalid GPG signature: signed by the unknown key \(unknown[1])")
        }
        guard result.status == 0, result.count("GOODSIG") == 1, result.count("VALIDSIG") == 1,
            result.count("PLAINTEXT") == 1, !bad.contains(where: { result.count($0) > 0 }),
            let valid = result.statuses.first(where: { $0.first == "VALIDSIG" }), valid.count >= 2
        else { throw TrustError("Invalid GPG signature") }
        // The last field is the primary key; for a signature by a subkey the first field differs.
        return Verified(content: result.output, fingerprint: valid.count >= 11 ? valid[10] : valid[1])
    }

    /// A message with the content, signed with the key that `user` names.
    func sign(_ content: [UInt8], by user: String, passphraseFile: String?) throws(TrustError) -> [UInt8] {
        // `--local-user` would parse a leading minus as a flag.
        guard !user.hasPrefix("-"), !user.isEmpty else { throw TrustError("\"\(user)\" does not name a key") }
        var arguments = ["--local-user", user]
        if let passphraseFile {
            arguments += ["--pinentry-mode", "loopback", "--passphrase-file", passphraseFile]
        }
        let result = try run(arguments + ["--sign"], input: content)
        guard result.status == 0, !result.output.isEmpty, result.count("SIG_CREATED") == 1 else {
            throw TrustError("gpg created no signature by \(user): \(result.messages)")
        }
        return result.output
    }
}
