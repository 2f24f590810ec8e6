/// `Warning: 299 - "text"`, which registries send for their users (distribution-spec, "Warnings"; RFC 7234, section 5.5).
package enum RegistryWarning {
    /// The number of different warnings of one registry that are shown.
    package static let limit = 20
    /// The length of a text in characters, without the mark of an abbreviation.
    static let lengthLimit = 500

    /// The texts, abbreviated and no more than `limit`; other kinds of warnings, and malformed ones, are passed over.
    package static func parse(_ fields: [String]) -> [String] {
        var found: [String] = []
        for field in fields where found.count < limit {
            var scanner = HeaderScanner(field)
            scanner.skipCommas()
            while found.count < limit, let (code, agent, text) = scanner.warning() {
                if code == "299", agent == "-", !text.isEmpty, text.unicodeScalars.allSatisfy(isPrintable) {
                    found.append(text.count > lengthLimit ? text.prefix(lengthLimit) + "..." : text)
                }
                scanner.skipCommas()
            }
        }
        return found
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7F)
    }
}

extension HeaderScanner {
    /// `CODE AGENT "TEXT" ["DATE"]`; nil for anything else.
    fileprivate mutating func warning() -> (code: String, agent: String, text: String)? {
        let code = token()
        skipSpace()
        let agent = token()
        skipSpace()
        guard !code.isEmpty, !agent.isEmpty, let text = quoted() else { return nil }
        skipSpace()
        _ = quoted()
        skipSpace()
        guard isAtEnd || rest.first == UInt8(ascii: ",") else { return nil }
        return (code, agent, text)
    }
}
