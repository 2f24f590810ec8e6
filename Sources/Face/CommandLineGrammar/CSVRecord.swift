/// One record of comma-separated values, parsed as by Go's encoding/csv, for `stringSlice` flags.
enum CSVRecord {
    /// Why a record is invalid, in encoding/csv's words.
    struct Problem: Error { let message: String }

    /// The fields of the first record; none for empty text.
    static func fields(_ text: String) throws(Problem) -> [String] {
        guard !text.isEmpty else { return [] }
        var fields: [String] = []
        var rest = Substring(text)
        while true {
            let field: String
            if rest.first == "\"" {
                (field, rest) = try quotedField(rest, of: text)
            } else {
                let end = rest.firstIndex { $0 == "," || $0.isNewline } ?? rest.endIndex
                if let quote = rest[..<end].firstIndex(of: "\"") {
                    throw problem(at: quote, in: text, "bare \" in non-quoted field")
                }
                field = String(rest[..<end])
                rest = rest[end...]
            }
            fields.append(field)
            guard rest.first == "," else { return fields }
            rest = rest.dropFirst()
        }
    }

    private static func quotedField(_ start: Substring, of text: String) throws(Problem) -> (String, Substring) {
        var field = ""
        var rest = start.dropFirst()
        while let character = rest.popFirst() {
            guard character == "\"" else {
                field.append(character)
                continue
            }
            guard let next = rest.first, next != ",", !next.isNewline else { return (field, rest) }
            guard next == "\"" else {
                throw problem(at: rest.startIndex, in: text, "extraneous or missing \" in quoted-field")
            }
            field.append("\"")
            rest = rest.dropFirst()
        }
        throw problem(at: text.endIndex, in: text, "extraneous or missing \" in quoted-field")
    }

    private static func problem(at index: String.Index, in text: String, _ what: String) -> Problem {
        let column = text.utf8.distance(from: text.startIndex, to: index) + 1
        return Problem(message: "parse error on line 1, column \(column): \(what)")
    }
}
