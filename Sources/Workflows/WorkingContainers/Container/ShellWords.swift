/// Splits a text into words like a shell: at spaces outside quotes, interpreting `\`, `'` and `"`. Everything after an
/// unquoted `;`, `&`, `|`, `<` or `>` is not part of a simple command, and omitted.
package enum ShellWords {
    /// The words; nil if a quote is not closed, or a parenthesis opens or closes a subshell.
    package static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        text: for character in text {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == "(" || character == ")" {
                return nil
            } else if ";&|<>".contains(character) {
                break text
            } else if character.isWhitespace {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if quote != nil || isEscaped { return nil }
        if let finished = word { words.append(finished) }
        return words
    }
}
