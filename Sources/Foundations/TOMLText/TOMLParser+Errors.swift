extension TOMLParser {
    /// Creates an error at the next byte.
    func failure(_ kind: TOMLError.Kind, _ message: String) -> TOMLError { failure(kind, message, at: position) }

    func failure(_ kind: TOMLError.Kind, _ message: String, at position: TOMLPosition) -> TOMLError {
        TOMLError(kind: kind, message: message, position: position)
    }

    func tooDeep(at position: TOMLPosition) -> TOMLError {
        failure(.tooDeep, "nested deeper than \(maximumDepth) levels", at: position)
    }

    /// Creates a syntax error that describes what is at the current offset.
    func unexpected(wanted: String) -> TOMLError {
        failure(.syntax, "expected \(wanted), found \(found)")
    }

    /// Describes what is at the current offset, in words safe for terminals.
    private var found: String {
        switch peek() {
        case nil: return "the end of the file"
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return "the end of the line"
        case UInt8(ascii: "\t"): return "a tab"
        case let byte? where byte < 0x20 || byte == 0x7F: return "the control character \(Self.codePoint(UInt32(byte)))"
        default: break
        }
        guard let character = string(text[offset..<min(offset + 4, text.count)]).unicodeScalars.first else { return "" }
        return character.isASCII ? "'\(character)'" : "the character \(Self.codePoint(character.value))"
    }

    private static func codePoint(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    }

    /// A quoted part of the text, truncated and without control characters.
    static func quoted(_ piece: String) -> String {
        var result = ""
        for scalar in piece.unicodeScalars.prefix(64) {
            if scalar.isASCII, !isForbidden(UInt8(truncatingIfNeeded: scalar.value)), scalar != "\t" {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return "\"\(result)\(piece.unicodeScalars.dropFirst(64).isEmpty ? "" : "…")\""
    }

    /// A key as written in TOML, for messages.
    static func quoted(_ key: some Sequence<TOMLKeyPart>) -> String {
        quoted(key.map(\.text).joined(separator: "."))
    }
}
