/// Finds the word that a user may have meant by a mistyped one.
package enum Suggestion {
    /// ` (did you mean WORD?)` for the candidate closest to `typed`: one insertion, deletion, replacement or swap away,
    /// or two if the word is long. Empty if there is none, or if `typed` itself is a candidate.
    package static func hint(for typed: String, among candidates: some Sequence<String>) -> String {
        closest(to: typed, among: candidates).map { " (did you mean \($0)?)" } ?? ""
    }

    /// The closest candidate; the first of several that are equally close.
    static func closest(to typed: String, among candidates: some Sequence<String>) -> String? {
        let word = Array(typed.utf8)
        // Longer ones are not names that somebody typed.
        guard word.count <= 64 else { return nil }
        let limit = word.count > 4 ? 2 : 1
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            if candidate == typed { return nil }
            let bytes = Array(candidate.utf8)
            guard abs(bytes.count - word.count) <= limit else { continue }
            let distance = distance(word, bytes)
            if distance <= limit, distance < word.count, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.candidate
    }

    /// Levenshtein distance in which swapping two neighbours counts as one edit.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var rows = [Array(0...b.count)]
        for (i, byte) in a.enumerated() {
            var row = [i + 1]
            for (j, other) in b.enumerated() {
                var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (byte == other ? 0 : 1))
                if i > 0, j > 0, byte == b[j - 1], a[i - 1] == other { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
