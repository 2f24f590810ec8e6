/// The subset of YAML used by image lists and registries.d: mappings and lists by indentation, plain and quoted
/// scalars, bracketed lists, comments. Anything else is an error that specifies the line.
package enum YAMLSubset {
    /// A value.
    package indirect enum Value {
        case scalar(String)
        case list([Value])
        case mapping([(key: String, value: Value)])
    }

    /// Parses a document; `path` is for error messages.
    package static func parse(_ text: String, path: String) throws(ConfigError) -> Value {
        var parser = Parser(text, path: path)
        return try parser.document()
    }

    private struct Line {
        let number: Int
        let indent: Int
        var text: Substring
    }

    private struct Parser {
        private var lines: [Line] = []
        private var place = 0
        private let path: String

        init(_ text: String, path: String) {
            self.path = path
            // Splits by Unicode scalars, since a string treats CR LF as a single character.
            let all = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in all.enumerated() {
                let content = Self.withoutComment(Substring(line.last == "\r" ? line.dropLast() : line))
                guard !content.allSatisfy(\.isWhitespace), content != "---" else { continue }
                let indent = content.prefix { $0 == " " }.count
                lines.append(Line(number: number + 1, indent: indent, text: content.dropFirst(indent)))
            }
        }

        mutating func document() throws(ConfigError) -> Value {
            guard let first = lines.first else { return .mapping([]) }
            let value = try block(indent: first.indent, depth: 0)
            guard place == lines.count else { throw error(lines[place], "unexpected indentation") }
            return value
        }

        private mutating func block(indent: Int, depth: Int) throws(ConfigError) -> Value {
            guard depth < 16 else { throw error(lines[place], "too deep") }
            return lines[place].text.hasPrefix("-")
                ? try list(indent: indent, depth: depth) : try mapping(indent: indent, depth: depth)
        }

        private mutating func list(indent: Int, depth: Int) throws(ConfigError) -> Value {
            var items: [Value] = []
            while place < lines.count, lines[place].indent == indent, lines[place].text.hasPrefix("-") {
                let line = lines[place]
                let rest = line.text.dropFirst()
                guard rest.first == " " else { throw error(line, "expected a space behind the dash") }
                let text = rest.drop { $0 == " " }
                if !["\"", "'"].contains(text.prefix(1)), Self.split(text) != nil {
                    // A mapping that begins behind the dash.
                    guard depth < 16 else { throw error(line, "too deep") }
                    let inner = indent + 1 + rest.count - text.count
                    lines[place] = Line(number: line.number, indent: inner, text: text)
                    items.append(try mapping(indent: inner, depth: depth + 1))
                    continue
                }
                guard let scalar = Self.scalar(rest) else { throw error(line, "the quotes are not closed") }
                items.append(.scalar(scalar))
                place += 1
            }
            return .list(items)
        }

        private mutating func mapping(indent: Int, depth: Int) throws(ConfigError) -> Value {
            var members: [(key: String, value: Value)] = []
            var keys: Set<String> = []
            while place < lines.count, lines[place].indent == indent, !lines[place].text.hasPrefix("-") {
                let line = lines[place]
                guard let (key, rest) = Self.split(line.text) else { throw error(line, "expected \"key: value\"") }
                guard keys.insert(key).inserted else { throw error(line, "\"\(key)\" occurs twice") }
                place += 1
                members.append((key, try value(rest, of: line, depth: depth)))
            }
            return .mapping(members)
        }

        private mutating func value(_ rest: Substring, of line: Line, depth: Int) throws(ConfigError) -> Value {
            let text = Self.trimmed(rest)
            if text.isEmpty {
                // A list may have the same indentation as its key.
                if place < lines.count,
                    lines[place].indent > line.indent
                        || (lines[place].indent == line.indent && lines[place].text.hasPrefix("-"))
                {
                    return try block(indent: lines[place].indent, depth: depth + 1)
                }
                return .scalar("")
            }
            if text.hasPrefix("[") {
                guard text.hasSuffix("]") else { throw error(line, "the bracket is not closed") }
                let items = text.dropFirst().dropLast().split(separator: ",")
                var values: [Value] = []
                for item in items {
                    guard let scalar = Self.scalar(item) else { throw error(line, "the quotes are not closed") }
                    values.append(.scalar(scalar))
                }
                return .list(values)
            }
            guard !["{", "&", "*", "!", "|", ">", "%", "@", "`"].contains(text.prefix(1)) else {
                throw error(line, "this form of YAML is not supported here")
            }
            guard let scalar = Self.scalar(text) else { throw error(line, "the quotes are not closed") }
            return .scalar(scalar)
        }

        private func error(_ line: Line, _ what: String) -> ConfigError {
            ConfigError(.invalidValue, what, file: path, line: line.number)
        }

        /// The key before the first colon that is followed by a space or the end.
        private static func split(_ text: Substring) -> (key: String, rest: Substring)? {
            var quote: Character?
            for index in text.indices {
                let character = text[index]
                if let open = quote {
                    if character == open { quote = nil }
                } else if character == "\"" || character == "'" {
                    quote = character
                } else if character == ":" {
                    let next = text.index(after: index)
                    guard next == text.endIndex || text[next] == " " else { continue }
                    guard let key = scalar(text[..<index]), !key.isEmpty else { return nil }
                    return (key, text[next...])
                }
            }
            return nil
        }

        private static func scalar(_ text: Substring) -> String? {
            let text = trimmed(text)
            guard let quote = text.first, quote == "\"" || quote == "'" else { return String(text) }
            guard text.count >= 2, text.last == quote else { return nil }
            return String(text.dropFirst().dropLast())
        }

        private static func trimmed(_ text: Substring) -> Substring {
            var text = text.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
            while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
            return text
        }

        /// A comment begins with a number sign at the start or after a space, outside quotes.
        private static func withoutComment(_ line: Substring) -> Substring {
            var quote: Character?
            var previous: Character = " "
            for index in line.indices {
                let character = line[index]
                if let open = quote {
                    if character == open { quote = nil }
                } else if (character == "\"" || character == "'") && previous == " " {
                    quote = character
                } else if character == "#", previous == " " {
                    return line[..<index]
                }
                previous = character
            }
            return line
        }
    }
}
