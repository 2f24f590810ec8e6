/// What a mistyped name may have meant.
enum NameSuggestion {
    /// ` (did you mean NAME?)` for the closest of the names at a distance of one or two edits; empty if there is none.
    static func text(for name: String, among names: Set<String>) -> String {
        let typed = Array(name.utf8)
        guard typed.count <= 64 else { return "" }
        let ranked = names.sorted().filter { $0.utf8.count <= 64 && $0 != name }
            .map { ($0, distance(typed, Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= 2 else { return "" }
        return " (did you mean \(best.0)?)"
    }

    /// Levenshtein distance.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, byte) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let best = min(row[j] + 1, row[j + 1] + 1, diagonal + (byte == other ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = best
            }
        }
        return row[b.count]
    }
}
