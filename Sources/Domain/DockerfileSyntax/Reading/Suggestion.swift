/// Finds the word that a user may have meant by a mistyped one.
package enum Suggestion {
    /// ` (did you mean WORD?)` for the candidate closest to `typed`: at most two insertions, deletions and replacements
    /// away, and not mostly another word. Empty if there is none, or if `typed` itself is a candidate.
    package static func hint(for typed: String, among candidates: some Sequence<String>) -> String {
        closest(to: typed, among: candidates).map { " (did you mean \($0)?)" } ?? ""
    }

    /// The closest candidate; the first of several that are equally close.
    static func closest(to typed: String, among candidates: some Sequence<String>) -> String? {
        let word = Array(typed.utf8)
        // Longer ones are not names that somebody typed.
        guard word.count <= 64 else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            if candidate == typed { return nil }
            let bytes = Array(candidate.utf8)
            guard abs(bytes.count - word.count) <= 2 else { continue }
            let distance = distance(word, bytes)
            if distance <= 2, distance < word.count, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// Levenshtein distance.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, byte) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (byte == other ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = next
            }
        }
        return row[b.count]
    }
}
