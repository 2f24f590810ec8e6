/// Makes text safe for terminals. Names, labels, instructions and messages are untrusted, and some characters control a
/// terminal, or make it display something other than the text.
enum TerminalText {
    /// `text` with all control and format characters and line separators except newline and tab escaped as in JSON,
    /// such as `\u001b`, so that JSON stays JSON. Joiners of letters and emoji are kept, since text needs them.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x7F || $0 < 0x20 && $0 != 0x0A && $0 != 0x09 }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isCommand(scalar) {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter { result += escape(unit) }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\t", "\u{200C}", "\u{200D}": return false
        case _ where scalar.isASCII: return scalar.value < 0x20 || scalar.value == 0x7F
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
