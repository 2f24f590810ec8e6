/// A single expansion of one word by a `WordExpander`.
struct ExpansionRun {
    typealias Failure = WordExpander.Failure

    private let settings: WordExpander
    private let escape: UInt8
    let lookup: (String) -> String?
    private(set) var rest: ArraySlice<UInt8>
    private var depth = 0
    /// Bytes produced so far, including discarded results: it bounds the work.
    private var produced = 0
    private var used: Set<String> = []
    private var unset: Set<String> = []
    var quotesAreLiteral = false

    /// A result with the positions of the white space that separates words.
    struct Output {
        var bytes: [UInt8] = []
        /// Offsets of white space that separates words.
        var separators: [Int] = []

        mutating func append(_ more: some Sequence<UInt8>, splits: Bool) {
            for byte in more {
                if splits, byte.isSpace { separators.append(bytes.count) }
                bytes.append(byte)
            }
        }

        var words: [String] {
            var words: [String] = []
            var start = 0
            for end in separators + [bytes.count] {
                if end > start { words.append(String(decoding: bytes[start..<end], as: UTF8.self)) }
                start = end + 1
            }
            return words
        }
    }

    init(_ settings: WordExpander, _ word: String, lookup: @escaping (String) -> String?) {
        self.settings = settings
        self.lookup = lookup
        escape = settings.escape.asciiValue ?? UInt8(ascii: "\\")
        rest = Array(word.utf8)[...]
    }

    mutating func expandAll() throws(Failure) -> (words: [String], expansion: WordExpander.Expansion) {
        let output = try sequence(until: nil)
        var expansion = WordExpander.Expansion()
        expansion.value = String(decoding: output.bytes, as: UTF8.self)
        expansion.used = used
        expansion.unset = unset
        return (output.words, expansion)
    }

    private func fail(_ message: String) -> Failure { Failure(message: message) }

    private mutating func count(_ bytes: Int) throws(Failure) {
        produced += bytes
        guard produced <= settings.maximumSize else {
            throw fail("the expansion is larger than \(settings.maximumSize) bytes")
        }
    }

    /// Expands everything up to and including `stop`. With `keepsEscapes`, escapes stay in the result, as patterns and
    /// replacements need them.
    private mutating func sequence(until stop: UInt8?, keepsEscapes: Bool = false) throws(Failure) -> Output {
        var output = Output()
        while let byte = rest.first {
            if byte == stop {
                rest = rest.dropFirst()
                return output
            }
            switch byte {
            case UInt8(ascii: "$"): output.append(try dollar(), splits: true)
            case UInt8(ascii: "'") where !quotesAreLiteral: output.append(try singleQuoted(), splits: false)
            case UInt8(ascii: "\"") where !quotesAreLiteral:
                output.append(try doubleQuoted(keepsEscapes), splits: false)
            case escape:
                rest = rest.dropFirst()
                try escaped(into: &output, keepsEscapes: keepsEscapes)
            default:
                rest = rest.dropFirst()
                output.append(CollectionOfOne(byte), splits: true)
                try count(1)
            }
        }
        if let stop {
            throw fail("unexpected end of statement while looking for matching \(Character(Unicode.Scalar(stop)))")
        }
        return output
    }

    /// Handles the character after the escape character.
    private mutating func escaped(into output: inout Output, keepsEscapes: Bool) throws(Failure) {
        try count(2)
        if keepsEscapes { output.append(CollectionOfOne(escape), splits: false) }
        guard let next = rest.popFirst() else { return }
        output.append(CollectionOfOne(next), splits: false)
    }

    private mutating func singleQuoted() throws(Failure) -> [UInt8] {
        let body = rest.dropFirst().prefix { $0 != UInt8(ascii: "'") }
        guard body.endIndex < rest.endIndex else {
            throw fail("unexpected end of statement while looking for matching single-quote")
        }
        rest = rest[(body.endIndex + 1)...]
        try count(body.count)
        return Array(body)
    }

    private mutating func doubleQuoted(_ keepsEscapes: Bool) throws(Failure) -> [UInt8] {
        rest = rest.dropFirst()
        var result: [UInt8] = []
        while let byte = rest.first {
            if byte == UInt8(ascii: "$") {
                result += try dollar()
                continue
            }
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "\"") { return result }
            try count(1)
            if byte == escape {
                guard let next = rest.first else { break }
                if keepsEscapes { result.append(escape) }
                if [UInt8(ascii: "\""), UInt8(ascii: "$"), escape].contains(next) {
                    rest = rest.dropFirst()
                    result.append(next)
                    continue
                }
            }
            result.append(byte)
        }
        throw fail("unexpected end of statement while looking for matching double-quote")
    }
}

// Variables.
extension ExpansionRun {
    private mutating func value(of name: String) -> String? {
        let value = lookup(name)
        if value == nil { unset.insert(name) } else { used.insert(name) }
        return value
    }

    /// A name, or one of the shell's special parameters, which are never set; empty if there is none.
    private mutating func name() -> String {
        guard let first = rest.first else { return "" }
        var name = first.isDigit ? rest.prefix { $0.isDigit } : rest.prefix(identifierLength)
        if name.isEmpty, "@*#!?-$".utf8.contains(first) { name = rest.prefix(1) }
        rest = rest.dropFirst(name.count)
        return String(decoding: name, as: UTF8.self)
    }

    /// How many of the next bytes are letters of any script, digits or underscores.
    private var identifierLength: Int {
        let candidate = rest.prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 >= 0x80 }
        var length = 0
        for scalar in String(decoding: candidate, as: UTF8.self).unicodeScalars {
            guard scalar.isASCII || Self.isWordCharacter(scalar) else { break }
            length += UTF8.width(scalar)
        }
        return length
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        default: false
        }
    }

    private mutating func dollar() throws(Failure) -> [UInt8] {
        let start = rest
        rest = rest.dropFirst()
        let result: [UInt8]
        if rest.first == UInt8(ascii: "{") {
            rest = rest.dropFirst()
            depth += 1
            guard depth <= settings.maximumDepth else { throw fail("variables are nested too deeply") }
            result = Array(try braced(start: start).utf8)
            depth -= 1
        } else {
            let name = name()
            if name.isEmpty {
                result = [UInt8(ascii: "$")]
            } else {
                let value = value(of: name)
                result = Array((value ?? (settings.keepsUnset ? "$\(name)" : "")).utf8)
            }
        }
        try count(result.count)
        return result
    }

    /// Expands the part after `${`.
    private mutating func braced(start: ArraySlice<UInt8>) throws(Failure) -> String {
        guard let first = rest.first else { throw fail("syntax error: missing '}'") }
        if [UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ":")].contains(first) {
            throw fail("syntax error: bad substitution")
        }
        // Without a name, as in `${+w}`, the operators apply to a variable that is never set.
        let name = name()
        guard let modifier = rest.popFirst() else { throw fail("syntax error: missing '}'") }
        if modifier == UInt8(ascii: "}") { return value(of: name) ?? (settings.keepsUnset ? "${\(name)}" : "") }
        let isSet = lookup(name) != nil
        let result =
            switch modifier {
            case UInt8(ascii: ":"): try conditional(name, rest.popFirst(), emptyIsUnset: true)
            case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "?"):
                try conditional(name, modifier, emptyIsUnset: false)
            case UInt8(ascii: "#"), UInt8(ascii: "%"): try trimmed(name, atStart: modifier == UInt8(ascii: "#"))
            case UInt8(ascii: "/"): try replaced(name)
            default: throw unsupported(modifier)
            }
        guard settings.keepsUnset, !isSet else { return result }
        return String(decoding: start[start.startIndex..<rest.startIndex], as: UTF8.self)
    }

    private func unsupported(_ modifier: UInt8?, prefix: String = "") -> Failure {
        guard let modifier else { return fail("syntax error: missing '}'") }
        return fail("unsupported modifier (\(prefix)\(Character(Unicode.Scalar(modifier)))) in substitution")
    }

    /// The expanded text up to `stop` inside braces.
    private mutating func inner(until stop: Character, keepsEscapes: Bool) throws(Failure) -> String {
        do {
            let output = try sequence(until: stop.asciiValue, keepsEscapes: keepsEscapes)
            return String(decoding: output.bytes, as: UTF8.self)
        } catch  where rest.isEmpty && error.message.hasSuffix("matching \(stop)") {
            throw fail("syntax error: missing '}'")
        }
    }

    private mutating func conditional(
        _ name: String, _ modifier: UInt8?, emptyIsUnset: Bool
    ) throws(Failure) -> String {
        guard let modifier, "+-?".utf8.contains(modifier) else {
            throw unsupported(modifier, prefix: emptyIsUnset ? ":" : "")
        }
        let word = try inner(until: "}", keepsEscapes: false)
        let value = value(of: name)
        let counts = value.map { !(emptyIsUnset && $0.isEmpty) } ?? false
        switch modifier {
        case UInt8(ascii: "+"): return counts ? word : ""
        case UInt8(ascii: "-"): return counts ? value ?? "" : word
        default:
            if counts { return value ?? "" }
            let reason = value == nil ? "is not allowed to be unset" : "is not allowed to be empty"
            throw fail("\(name): \(word.isEmpty ? reason : word)")
        }
    }

    private mutating func trimmed(_ name: String, atStart: Bool) throws(Failure) -> String {
        let pattern = try inner(until: "}", keepsEscapes: true)
        let isLongest = pattern.utf8.first == (atStart ? UInt8(ascii: "#") : UInt8(ascii: "%"))
        let matcher = try self.pattern(isLongest ? String(pattern.dropFirst()) : pattern)
        guard let value = value(of: name) else { return "" }
        let result =
            atStart ? matcher.trimStart(of: value, longest: isLongest) : matcher.trimEnd(of: value, longest: isLongest)
        guard let result else { throw fail("the pattern for \(name) is too complex") }
        return result
    }

    private func pattern(_ text: String) throws(Failure) -> ShellPattern {
        guard let pattern = ShellPattern(text) else {
            throw fail("invalid pattern (\(text)) in substitution: a backslash can only escape * ? \\ / }")
        }
        return pattern
    }

    private mutating func replaced(_ name: String) throws(Failure) -> String {
        let isGlobal = rest.first == UInt8(ascii: "/")
        if isGlobal { rest = rest.dropFirst() }
        let pattern = try pattern(inner(until: "/", keepsEscapes: true))
        // Escapes stay: `${v//a/\/}` replaces by `\/`.
        let replacement = try inner(until: "}", keepsEscapes: true)
        guard let value = value(of: name) else { return "" }
        let result = pattern.replacing(
            in: value, with: replacement, everywhere: isGlobal, limit: settings.maximumSize)
        guard let result else { throw fail("replacing in \(name) is too complex or produces too much text") }
        return result
    }
}
