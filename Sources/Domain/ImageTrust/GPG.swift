import LinuxSystem

/// The system's `gpg`, called once for each thing to do.
struct GPG {
    /// What `gpg` made of a call.
    struct Result {
        let status: Int32
        let output: [UInt8]
        /// The lines that it writes for programs, in words.
        let statuses: [[String]]
        /// What it tells people.
        let messages: String

        func count(_ keyword: String) -> Int { statuses.count { $0.first == keyword } }
    }

    /// What `gpg` makes of a signed message.
    struct Verified: Equatable {
        let content: [UInt8]
        /// The fingerprint of the signer's primary key.
        let fingerprint: String
    }

    /// Where keys are; nil: where the user's are, with the user's settings and agent.
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
            throw TrustError("gpg, which makes and verifies signatures, cannot be run: \(error)")
        }
    }

    /// The content of a message that exactly one key has signed, as a whole.
    func verify(_ message: [UInt8]) throws(TrustError) -> Verified {
        let result = try run(["--trust-model", "always", "--decrypt"], input: message)
        let bad = ["BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "UNEXPECTED", "DECRYPTION_OKAY"]
        if let unknown = result.statuses.first(where: { $0.first == "ERRSIG" }), unknown.count > 1 {
            throw TrustError("Invalid GPG signature: it is by a key that is not known here, \(unknown[1])")
        }
        guard result.status == 0, result.count("GOODSIG") == 1, result.count("VALIDSIG") == 1,
            result.count("PLAINTEXT") == 1, !bad.contains(where: { result.count($0) > 0 }),
            let valid = result.statuses.first(where: { $0.first == "VALIDSIG" }), valid.count >= 2
        else { throw TrustError("Invalid GPG signature") }
        // The last field is the primary key; a signature by a subkey has another first.
        return Verified(content: result.output, fingerprint: valid.count >= 11 ? valid[10] : valid[1])
    }

    /// A message with the content, signed by the key that `user` names.
    func sign(_ content: [UInt8], by user: String, passphraseFile: String?) throws(TrustError) -> [UInt8] {
        // `--local-user` would take what begins with a minus for a flag.
        guard !user.hasPrefix("-"), !user.isEmpty else { throw TrustError("\"\(user)\" names no key") }
        var arguments = ["--local-user", user]
        if let passphraseFile {
            arguments += ["--pinentry-mode", "loopback", "--passphrase-file", passphraseFile]
        }
        let result = try run(arguments + ["--sign"], input: content)
        guard result.status == 0, !result.output.isEmpty, result.count("SIG_CREATED") == 1 else {
            throw TrustError("gpg has made no signature by \(user): \(result.messages)")
        }
        return result.output
    }
}
