/// The `--name=value` flags between an instruction's keyword and its arguments.
struct InstructionFlags {
    struct Flag {
        let name: String
        /// Nil if there is no `=`.
        let value: Word?
        let range: Range<Int>
    }

    private(set) var flags: [Flag] = []
    /// The line after the flags, trimmed.
    let rest: Range<Int>
    private let line: LogicalLine
    private let keyword: Keyword

    /// Splits `range` of `line`. Quotes and the escape character work in flags as in a shell.
    init(_ line: LogicalLine, _ range: Range<Int>, keyword: Keyword) {
        self.line = line
        self.keyword = keyword
        var rest = line.trimmed(range)
        while line.bytes[rest].starts(with: "--".utf8) {
            let word = line.firstQuotedWord(rest)
            rest = line.trimmed(word.upperBound..<rest.upperBound)
            // A lone "--" ends the flags.
            if word.count == 2 { break }
            flags.append(Self.flag(line, word))
        }
        self.rest = rest
    }

    private static func flag(_ line: LogicalLine, _ word: Range<Int>) -> Flag {
        let body = word.lowerBound + 2..<word.upperBound
        guard let equals = body.first(where: { line.bytes[$0] == UInt8(ascii: "=") }) else {
            return Flag(name: line.text(body), value: nil, range: word)
        }
        let value = equals + 1..<word.upperBound
        return Flag(
            name: line.text(body.lowerBound..<equals),
            value: Word(unquoted(line, value), range: line.sourceRange(value.isEmpty ? word : value)), range: word)
    }

    private static func unquoted(_ line: LogicalLine, _ range: Range<Int>) -> String {
        var result: [UInt8] = []
        var quote: UInt8?
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = line.bytes[index]
            if byte == line.escape, index + 1 < range.upperBound {
                index += 1
                // An escaped dollar must stay escaped until variables are expanded.
                if line.bytes[index] == UInt8(ascii: "$") { result.append(byte) }
                result.append(line.bytes[index])
            } else if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else {
                result.append(byte)
            }
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension InstructionFlags {
    /// Throws for a flag that is not in `known`, and for a repeated one that is not in `repeatable`.
    func check(known: [String], repeatable: [String] = []) throws(Diagnostic) {
        var seen: Set<String> = []
        for flag in flags {
            guard known.contains(flag.name) || repeatable.contains(flag.name) else {
                let hint = Suggestion.hint(for: flag.name, among: known + repeatable)
                throw line.error(flag.range, "unknown flag: --\(flag.name) (in \(keyword.rawValue))\(hint)")
            }
            guard seen.insert(flag.name).inserted || repeatable.contains(flag.name) else {
                throw line.error(flag.range, "duplicate flag specified: --\(flag.name)")
            }
        }
    }

    /// The values of a flag, each of which is required.
    func values(_ name: String) throws(Diagnostic) -> [Word] {
        var values: [Word] = []
        for flag in flags where flag.name == name {
            guard let value = flag.value else {
                throw line.error(flag.range, "missing a value on flag: --\(name)\(explanation)")
            }
            values.append(value)
        }
        return values
    }

    /// What to write instead, in Buildah's words.
    private var explanation: String {
        switch keyword {
        case .copy:
            " (COPY only supports the --chmod=<permissions> --chown=<uid:gid> --from=<image|stage> and the "
                + "--exclude=<pattern> flags)"
        case .add:
            " (ADD only supports the --chmod=<permissions>, --chown=<uid:gid>, and --checksum=<checksum> "
                + "--exclude=<pattern> flags)"
        default: ""
        }
    }

    /// The value of a flag that may occur once.
    func value(_ name: String) throws(Diagnostic) -> Word? {
        try values(name).first
    }

    /// The value of a boolean flag: `--link`, `--link=true`, `--link=false`.
    func bool(_ name: String) throws(Diagnostic) -> Bool? {
        guard let flag = flags.first(where: { $0.name == name }) else { return nil }
        switch flag.value?.text.lowercased() {
        case nil, "true", "": return true
        case "false": return false
        case let other?:
            throw line.error(
                flag.range, "expecting boolean value for flag --\(name), not: \(other)")
        }
    }
}
