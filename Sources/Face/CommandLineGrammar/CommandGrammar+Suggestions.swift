extension CommandGrammar {
    /// Commands whose name starts with `typed` or is within two edits of it, as cobra suggests them.
    func suggestions(for typed: String) -> [String] {
        let typed = typed.lowercased()
        return subcommands.filter { !$0.hidden }.map(\.name).filter {
            $0.lowercased().hasPrefix(typed) || EditDistance.between(typed, $0.lowercased()) <= 2
        }
    }
}

extension CommandGrammar {
    /// ` (did you mean --FLAG?)` for the flag with the closest name; empty if there is none.
    static func hint(for typed: String, among flags: some Sequence<Flag>) -> String {
        let limit = typed.utf8.count > 4 ? 2 : 1
        // Sorted, so that equally close ones have an order.
        let names = flags.filter { !$0.hidden }.map(\.name).sorted()
        let best = names.map { ($0, EditDistance.between(typed, $0)) }.min { $0.1 < $1.1 }
        guard let best, best.1 <= limit, best.1 < typed.utf8.count else { return "" }
        return " (did you mean --\(best.0)?)"
    }
}

/// Levenshtein distance.
enum EditDistance {
    /// The number of insertions, deletions and replacements that turn `a` into `b`; texts longer than 64 bytes count as
    /// far apart.
    static func between(_ a: String, _ b: String) -> Int {
        let a = Array(a.utf8)
        let b = Array(b.utf8)
        guard a.count <= 64, b.count <= 64 else { return .max }
        var row = Array(0...b.count)
        for (i, byte) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
