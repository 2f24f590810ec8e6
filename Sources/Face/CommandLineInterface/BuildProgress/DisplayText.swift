/// Text in the columns of a terminal.
enum DisplayText {
    /// Prints nothing but itself: without control sequences, and tabs as spaces. Of a line that a program has written over
    /// with carriage returns, the last state.
    static func visible(_ line: String) -> String {
        let plain = withoutSequences(line)
        let states = plain.split(separator: "\r", omittingEmptySubsequences: true)
        let last = states.last { !$0.allSatisfy(\.isWhitespace) } ?? ""
        return TerminalText.escaped(String(last.map { $0 == "\t" ? " " : $0 }))
    }

    /// Without the control sequences of ECMA-48, and without control characters other than tab and carriage return.
    private static func withoutSequences(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case "\u{1B}": skipSequence(&scalars)
            case "\u{9B}": skip(&scalars, until: { 0x40...0x7E ~= $0.value })
            case "\t", "\r": result.append(scalar)
            case _ where scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value: break
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Skips what comes after an escape character.
    private static func skipSequence(_ scalars: inout String.UnicodeScalarView.Iterator) {
        switch scalars.next() {
        case "[": skip(&scalars, until: { 0x40...0x7E ~= $0.value })
        // Strings end with BEL, or with ESC and a backslash.
        case "]", "P", "X", "^", "_":
            while let scalar = scalars.next() {
                if scalar == "\u{07}" || scalar == "\u{9C}" { return }
                if scalar == "\u{1B}" {
                    _ = scalars.next()
                    return
                }
            }
        case let scalar? where 0x20...0x2F ~= scalar.value: skip(&scalars, until: { 0x30...0x7E ~= $0.value })
        default: break
        }
    }

    private static func skip(
        _ scalars: inout String.UnicodeScalarView.Iterator, until isLast: (Unicode.Scalar) -> Bool
    ) {
        while let scalar = scalars.next(), !isLast(scalar) {}
    }

    /// The number of columns of a character: two for those of East Asian scripts and for emoji.
    static func width(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: if scalar.value == 0xFE0F { width = 2 }
            default: width = max(width, isWide(scalar.value) ? 2 : 1)
            }
        }
        return width
    }

    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23F3, 0x25FD...0x25FE, 0x2614...0x2615,
            0x2648...0x2653, 0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE, 0x26D4, 0x26EA,
            0x26F2...0x26F3, 0x26F5, 0x26FA, 0x26FD, 0x2705, 0x270A...0x270B, 0x2728, 0x274C, 0x274E,
            0x2753...0x2755, 0x2757, 0x2795...0x2797, 0x27B0, 0x27BF, 0x2B1B...0x2B1C, 0x2B50, 0x2B55,
            0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1B000...0x1B2FB,
            0x1F004, 0x1F0CF, 0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F64F, 0x1F680...0x1F6FF, 0x1F7E0...0x1F7EB,
            0x1F90C...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }

    /// The number of columns of a text.
    static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    /// The text if it has room in so many columns, otherwise its beginning with an ellipsis.
    static func fitted(_ text: String, to columns: Int) -> String {
        if text.utf8.count <= columns || width(text) <= columns { return text }
        var result = ""
        var used = 0
        for character in text {
            let width = width(character)
            if used + width > columns - 1 { break }
            used += width
            result.append(character)
        }
        return columns > 0 ? result + "…" : ""
    }

    /// `3.4s`, `1m05s`, `2h07m`.
    static func duration(milliseconds: Int64) -> String {
        let seconds = max(milliseconds, 0) / 1000
        func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 60 { return "\(seconds).\(max(milliseconds, 0) % 1000 / 100)s" }
        if seconds < 3600 { return "\(seconds / 60)m\(padded(seconds % 60))s" }
        return "\(seconds / 3600)h\(padded(seconds / 60 % 60))m"
    }
}
