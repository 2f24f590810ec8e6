import JSONText

/// What to search for to find secrets, in the forms in which they leak.
struct SecretPatterns: Sendable {
    /// How a secret is written where it was found.
    enum Form: String, Sendable {
        case raw = "as it is"
        case base64 = "base64-encoded"
        case percentEncoded = "URL-encoded"
    }

    /// Shorter secrets are not searched for: they occur by chance.
    static let minimum = 6
    /// Shorter phrases of words in lower case are not searched for either: such text is in many files.
    static let minimumOfPhrases = 20
    /// Of a longer secret, a part of this size is searched for.
    static let maximum = 64

    /// The names of the secrets.
    let names: [String]
    let raw, base64, percentEncoded: PatternAutomaton
    private let owners: [Form: [Int]]

    /// - Parameter secrets: their names for messages, and their contents.
    init(_ secrets: [(name: String, content: [UInt8])]) {
        names = secrets.map(\.name)
        var patterns: [Form: [[UInt8]]] = [:]
        var owners: [Form: [Int]] = [:]
        for (owner, secret) in secrets.enumerated() {
            guard let part = Self.characteristicPart(of: secret.content) else { continue }
            var forms: [Form: [[UInt8]]] = [.raw: [part], .base64: Self.base64Cores(of: part)]
            if !part.allSatisfy(Self.isNeverEncoded) { forms[.percentEncoded] = [part.map(PercentDecoding.folded)] }
            for (form, found) in forms {
                patterns[form, default: []] += found
                owners[form, default: []] += found.map { _ in owner }
            }
        }
        self.owners = owners
        raw = PatternAutomaton(patterns[.raw] ?? [])
        // The alphabet for URLs, and the lines of a wrapped text.
        base64 = PatternAutomaton(
            patterns[.base64] ?? [], .init(folded: [(0x2D, 0x2B), (0x5F, 0x2F)], ignored: [0x20, 0x09, 0x0A, 0x0D]))
        percentEncoded = PatternAutomaton(patterns[.percentEncoded] ?? [])
    }

    /// Whether there is nothing to search for.
    var isEmpty: Bool { raw.isEmpty }

    /// The name of the secret that a pattern is from.
    func name(_ form: Form, _ pattern: Int) -> String { names[owners[form]?[pattern] ?? 0] }

    /// The secret without white space around it, or of a long one the part with the most different bytes: what keys have
    /// in common is in their first and last lines. Nil if it is too short to be found reliably.
    static func characteristicPart(of secret: [UInt8]) -> [UInt8]? {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || 0x09...0x0D ~= $0 }
        let content = secret.drop(while: isSpace)
        let end = (content.lastIndex { !isSpace($0) }).map { $0 + 1 } ?? content.startIndex
        let trimmed = Array(content[..<end])
        guard trimmed.count >= (isPhrase(trimmed) ? minimumOfPhrases : minimum) else { return nil }
        guard trimmed.count > maximum else { return trimmed }
        var best = (start: 0, kinds: 0)
        for start in stride(from: 0, through: trimmed.count - maximum, by: maximum / 4) {
            let kinds = Set(trimmed[start..<start + maximum]).count
            if kinds > best.kinds { best = (start, kinds) }
        }
        return Array(trimmed[best.start..<best.start + maximum])
    }

    /// Whether it is several words in lower case.
    private static func isPhrase(_ text: [UInt8]) -> Bool {
        let space = UInt8(ascii: " ")
        return text.contains(space) && text.allSatisfy { $0 == space || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
    }

    /// Letters and digits, which no encoder touches.
    private static func isNeverEncoded(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    /// The characters that are the same whatever is encoded before and after the secret, for each of the three positions
    /// at which it may begin within a group of three bytes.
    static func base64Cores(of secret: [UInt8]) -> [[UInt8]] {
        (0..<3).map { offset in
            let text = Array(Base64.encode([UInt8](repeating: 0, count: offset) + secret).utf8)
            // Six bits each; the first and the last may have bits of others.
            let start = (offset * 8 + 5) / 6
            let end = (offset + secret.count) * 8 / 6
            return Array(text[start..<end])
        }
    }
}
