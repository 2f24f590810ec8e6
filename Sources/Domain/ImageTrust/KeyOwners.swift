/// Who owns the keys in a file.
package enum KeyOwners {
    /// The email addresses, or where there are none the names, of the owners of GPG keys.
    ///
    /// - Throws: ``TrustError`` if `gpg` is missing or finds no key.
    package static func ofGPGKeys(_ bytes: [UInt8]) throws(TrustError) -> [String] {
        let result = try GPG(homeDirectory: nil).run(["--show-keys", "--with-colons"], input: bytes)
        guard result.status == 0 else { throw TrustError("gpg finds no key: \(result.messages)") }
        return String(decoding: result.output, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.first == "uid" || fields.first == "pub", fields.count > 9, !fields[9].isEmpty else {
                return nil
            }
            let text = fields[9]
            guard let start = text.firstIndex(of: "<"), let end = text[start...].firstIndex(of: ">") else {
                return String(text)
            }
            return String(text[text.index(after: start)..<end])
        }
    }
}
