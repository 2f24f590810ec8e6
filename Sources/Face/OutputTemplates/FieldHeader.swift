/// Derives column headers from field names.
enum FieldHeader {
    private enum Kind { case lower, upper, digit, other }

    /// `CreatedAt` -> `CREATED AT`, `ImageID` -> `IMAGE ID`.
    static func text(_ field: String) -> String {
        var words: [String] = []
        var previous: Kind?
        for character in field {
            let kind: Kind =
                character.isLowercase ? .lower : character.isUppercase ? .upper : character.isNumber ? .digit : .other
            if kind == previous, let last = words.indices.last {
                words[last].append(character)
            } else if kind == .lower, previous == .upper, let capital = words.last?.last {
                // The last capital of a run starts the next word.
                words[words.count - 1].removeLast()
                if words[words.count - 1].isEmpty { words.removeLast() }
                words.append("\(capital)\(character)")
            } else {
                words.append(String(character))
            }
            previous = kind
        }
        return words.filter { $0 != "_" }.joined(separator: " ").uppercased()
    }
}
