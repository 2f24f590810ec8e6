/// Hides the credentials of addresses within other text, like the lines of a Dockerfile.
package enum AddressRedaction {
    /// The text with users and passwords of its addresses (`scheme://user:password@host`) replaced by `xxxxx`.
    ///
    /// A user without a password is shown unless the scheme is `http` or `https`, where it may be a token.
    package static func redacted(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let mark = Array("://".utf8)
        guard bytes.count > mark.count, bytes.contains(UInt8(ascii: "@")) else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index...].starts(with: mark) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            result += mark
            index += mark.count
            let authority = bytes[index...].prefix { !ends.contains($0) && $0 > 0x20 && $0 != 0x7f }
            guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
                isSecret(authority[..<at], before: result)
            else { continue }
            result += Array("xxxxx".utf8)
            index = at
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// What ends the authority of an address in prose.
    private static let ends = Set("/?#\"'`<>\\".utf8)

    private static func isSecret(_ user: ArraySlice<UInt8>, before scheme: [UInt8]) -> Bool {
        if user.isEmpty { return false }
        if user.contains(UInt8(ascii: ":")) { return true }
        let name = String(decoding: scheme.dropLast(3).suffix(5), as: UTF8.self).lowercased()
        return name.hasSuffix("http") || name.hasSuffix("https")
    }
}
