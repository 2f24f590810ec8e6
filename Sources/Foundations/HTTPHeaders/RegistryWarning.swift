/// `Warning: 299 - "text"`, which registries send for their users (distribution-spec, "Warnings"; RFC 7234, section 5.5).
package enum RegistryWarning {
    /// The texts; other kinds of warnings, and malformed ones, are passed over.
    package static func parse(_ fields: [String]) -> [String] {
        var found: [String] = []
        for field in fields {
            var scanner = HeaderScanner(field)
            scanner.skipCommas()
            while let (code, agent, text) = scanner.warning() {
                if code == "299", agent == "-", !text.isEmpty, text.unicodeScalars.allSatisfy(isPrintable) {
                    found.append(text)
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
