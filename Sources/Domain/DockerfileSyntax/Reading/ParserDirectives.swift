/// The `# name=value` lines at the very top of a Dockerfile.
package struct ParserDirectives: Sendable, Equatable {
    /// `# syntax=`: the frontend image that the author requests. The built-in parser is always used.
    package internal(set) var syntax: String?
    /// `# escape=`: `\` or a backtick.
    package internal(set) var escape: Character = "\\"
    /// `# check=`: checks that a linter should skip or treat as errors.
    package internal(set) var check: String?
    /// How many lines at the top are directives or precede one.
    package private(set) var lineCount = 0

    var escapeByte: UInt8 { escape == "`" ? UInt8(ascii: "`") : UInt8(ascii: "\\") }

    init() {}

    /// Reads directives up to the first line that is not one.
    init(reading source: SourceText) throws(Diagnostic) {
        var seen: Set<String> = []
        for (index, range) in source.lines.enumerated() {
            let text = source.bytes[range]
            if index == 0, text.starts(with: "#!".utf8) { continue }
            guard let (name, value) = Self.split(text), ["syntax", "escape", "check"].contains(name) else { return }
            func error(_ message: String) -> Diagnostic {
                Diagnostic(file: source.file, range: source.range(range), message)
            }
            guard seen.insert(name).inserted else { throw error("only one \(name) parser directive can be used") }
            lineCount = index + 1
            switch name {
            case "syntax": syntax = value
            case "check": check = value
            default:
                guard value == "\\" || value == "`" else {
                    throw error("invalid escape directive \(value.quotedForMessage): it must be ` or \\")
                }
                escape = Character(value)
            }
        }
    }

    /// `# name = value` -> the name in lower case and the value.
    private static func split(_ line: ArraySlice<UInt8>) -> (String, String)? {
        var rest = line.drop { $0.isSpace }
        guard rest.popFirst() == UInt8(ascii: "#") else { return nil }
        rest = rest.drop { $0.isSpace }
        let name = rest.prefix { $0.isLetter || $0.isDigit }
        rest = rest.dropFirst(name.count).drop { $0.isSpace }
        guard let first = name.first, first.isLetter, rest.popFirst() == UInt8(ascii: "=") else { return nil }
        rest = rest.drop { $0.isSpace }
        while let last = rest.last, last.isSpace { rest.removeLast() }
        guard !rest.isEmpty else { return nil }
        return (String(decoding: name, as: UTF8.self).lowercased(), String(decoding: rest, as: UTF8.self))
    }
}
