/// Searches one stream, such as a file, for secrets; a match may begin in one part of it and end in a later one.
struct SecretSearch: Sendable {
    /// A secret that was found.
    struct Leak: Hashable, Sendable {
        let secret: String
        let form: SecretPatterns.Form

        /// `the secret "x" (base64-encoded)`
        var description: String {
            let form = form == .raw ? "" : " (\(form.rawValue))"
            return "the secret \"\(secret)\"\(form)"
        }
    }

    private let patterns: SecretPatterns
    private var raw: PatternAutomaton.State = 0
    private var base64: PatternAutomaton.State = 0
    private var percentEncoded: PatternAutomaton.State = 0
    private var decoding = PercentDecoding()

    init(_ patterns: SecretPatterns) {
        self.patterns = patterns
    }

    /// The secrets that end in the next bytes of the stream. One that is there as it is, is not reported as URL-encoded
    /// as well.
    mutating func leaks(in bytes: UnsafeRawBufferPointer) -> Set<Leak> {
        var leaks: Set<Leak> = []
        let patterns = patterns
        func note(_ form: SecretPatterns.Form, _ pattern: Int) {
            leaks.insert(Leak(secret: patterns.name(form, pattern), form: form))
        }
        patterns.raw.search(bytes, from: &raw) { note(.raw, $0) }
        patterns.base64.search(bytes, from: &base64) { note(.base64, $0) }
        if !patterns.percentEncoded.isEmpty {
            let decoded = decoding.decode(bytes)
            decoded.withUnsafeBytes {
                patterns.percentEncoded.search($0, from: &percentEncoded) { note(.percentEncoded, $0) }
            }
        }
        return leaks.filter { $0.form != .percentEncoded || !leaks.contains(Leak(secret: $0.secret, form: .raw)) }
    }

    /// The secrets in a whole text.
    static func leaks(in bytes: [UInt8], _ patterns: SecretPatterns) -> Set<Leak> {
        var search = SecretSearch(patterns)
        return bytes.withUnsafeBytes { search.leaks(in: $0) }
    }
}
