/// What a server demands in a `WWW-Authenticate` header (RFC 7235, section 4.1).
struct AuthenticationChallenge: Sendable, Equatable {
    /// `basic`, `bearer`: lower case.
    let scheme: String
    /// `realm`, `service`, `scope`, `error`: names in lower case.
    let parameters: [String: String]

    /// Reads every challenge of the headers; what cannot be understood is passed over.
    static func parse(_ headers: [String]) -> [AuthenticationChallenge] {
        headers.flatMap { header in
            var scanner = ChallengeScanner(header)
            var challenges: [AuthenticationChallenge] = []
            while let challenge = scanner.challenge() { challenges.append(challenge) }
            return challenges
        }
    }
}

private struct ChallengeScanner {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) {
        rest = Array(text.utf8)[...]
    }

    mutating func challenge() -> AuthenticationChallenge? {
        skipSeparators()
        let scheme = token()
        guard !scheme.isEmpty else { return nil }
        var parameters: [String: String] = [:]
        while let (name, value) = parameter() { parameters[name.lowercased()] = value }
        return AuthenticationChallenge(scheme: scheme.lowercased(), parameters: parameters)
    }

    /// `name=value`; leaves everything where it is when something else follows.
    private mutating func parameter() -> (String, String)? {
        let start = rest
        skipSeparators()
        let name = token()
        skipSpace()
        guard !name.isEmpty, rest.first == UInt8(ascii: "=") else {
            rest = start
            return nil
        }
        rest = rest.dropFirst()
        skipSpace()
        return (name, rest.first == UInt8(ascii: "\"") ? quoted() : token())
    }

    private mutating func quoted() -> String {
        rest = rest.dropFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() {
                bytes.append(escaped)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func token() -> String {
        let separators = Set(" \t,=\"".utf8)
        let word = rest.prefix { !separators.contains($0) }
        rest = rest.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self)
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private mutating func skipSeparators() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: ",") }
    }
}
