/// Text as a terminal may get it. Names, labels, instructions and messages come from strangers, and some characters are
/// commands to a terminal, or make it show something else than what stands there.
enum TerminalText {
    /// `text` with every control and format character and every separator of lines but the newline and the tab in the form
    /// that JSON has for it, `\u001b`: what was JSON stays JSON. The joiners of letters and emoji stay, as text needs them.
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
