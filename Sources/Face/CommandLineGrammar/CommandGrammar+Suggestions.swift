extension CommandGrammar {
    /// Commands whose name starts with `typed` or is within two edits of it, as cobra suggests them.
    func suggestions(for typed: String) -> [String] {
        let typed = typed.lowercased()
        return subcommands.filter { !$0.hidden }.map(\.name).filter {
            $0.lowercased().hasPrefix(typed) || EditDistance.between(typed, $0.lowercased()) <= 2
        }
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
