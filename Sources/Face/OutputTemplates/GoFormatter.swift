import JSONText

/// Go's fmt.Sprintf for JSON values.
struct GoFormatter {
    private struct Directive {
        var minus = false
        var plus = false
        var sharp = false
        var space = false
        var zero = false
        var width: Int?
        var precision: Int?
        var verb: Unicode.Scalar = "v"
    }

    /// Larger widths and precisions are clamped.
    private static let maximumWidth = 10_000

    private var rest: ArraySlice<Unicode.Scalar>
    private var arguments: ArraySlice<TemplateValue>
    private var output = ""

    /// `format` with its verbs replaced; errors appear in the text, as in Go.
    static func format(_ format: String, _ arguments: [TemplateValue]) -> String {
        var formatter = GoFormatter(rest: Array(format.unicodeScalars)[...], arguments: arguments[...])
        formatter.run()
        return formatter.output
    }

    private mutating func run() {
        while let scalar = rest.popFirst() {
            if scalar == "%" { directive() } else { output.unicodeScalars.append(scalar) }
        }
        guard !arguments.isEmpty else { return }
        let extra = arguments.map { $0.json.isNull ? "<nil>" : "\($0.typeName)=\(GoPrinter.text($0.json))" }
        output += "%!(EXTRA " + extra.joined(separator: ", ") + ")"
    }

    private mutating func directive() {
        var directive = Directive()
        flags: while let scalar = rest.first {
            switch scalar {
            case "-": directive.minus = true
            case "+": directive.plus = true
            case "#": directive.sharp = true
            case " ": directive.space = true
            case "0": directive.zero = true
            default: break flags
            }
            rest.removeFirst()
        }
        directive.width = number(isWidth: true, &directive)
        if rest.first == "." {
            rest.removeFirst()
            directive.precision = number(isWidth: false, &directive) ?? 0
        }
        guard let verb = rest.popFirst() else {
            output += "%!(NOVERB)"
            return
        }
        directive.verb = verb
        if verb == "%" {
            output += "%"
        } else if let argument = arguments.popFirst() {
            let isWhole = verb == "v" || verb == "s"
            output +=
                isWhole && argument.shape.hasGoFormat
                ? Self.padded(argument.printed, directive) : Self.text(argument.json, directive)
        } else {
            output += "%!\(verb)(MISSING)"
        }
    }

    /// A width or precision, from the format or, for `*`, from the next argument.
    private mutating func number(isWidth: Bool, _ directive: inout Directive) -> Int? {
        if rest.first == "*" {
            rest.removeFirst()
            guard case .integer(let value)? = arguments.popFirst()?.json else {
                output += isWidth ? "%!(BADWIDTH)" : "%!(BADPREC)"
                return nil
            }
            if value < 0 {
                guard isWidth else { return nil }
                directive.minus = true
            }
            return Int(min(value.magnitude, UInt64(Self.maximumWidth)))
        }
        var value: Int?
        while let digit = rest.first.flatMap({ Character($0).wholeNumberValue }), rest.first?.isASCII == true {
            value = min((value ?? 0) * 10 + digit, Self.maximumWidth)
            rest.removeFirst()
        }
        return value
    }

    // MARK: Values

    private static func text(_ value: JSONValue, _ directive: Directive) -> String {
        if directive.verb == "T" { return padded(TemplateValue(value).typeName, directive) }
        switch value {
        case .array(let values):
            return "[" + values.map { text($0, directive) }.joined(separator: " ") + "]"
        case .object(let object):
            let pairs = GoPrinter.sortedPairs(object).map {
                "\(text(.string($0.key), directive)):\(text($0.value, directive))"
            }
            return "map[" + pairs.joined(separator: " ") + "]"
        case .null:
            return directive.verb == "v" ? padded("<nil>", directive) : "%!\(directive.verb)(<nil>)"
        case .bool(let flag):
            guard directive.verb == "v" || directive.verb == "t" else { return bad(value, directive) }
            return padded(flag ? "true" : "false", directive)
        case .string(let text): return string(text, directive)
        case .integer(let number): return integer(number, directive)
        case .unsigned(let number):
            guard directive.verb == "v" || directive.verb == "d" else { return bad(value, directive) }
            return padded(String(number), directive)
        case .double(let number): return double(number, directive)
        }
    }

    private static func bad(_ value: JSONValue, _ directive: Directive) -> String {
        "%!\(directive.verb)(\(TemplateValue(value).typeName)=\(GoPrinter.text(value)))"
    }

    private static func padded(_ text: String, _ directive: Directive) -> String {
        let missing = (directive.width ?? 0) - text.unicodeScalars.count
        guard missing > 0 else { return text }
        let spaces = String(repeating: " ", count: missing)
        return directive.minus ? text + spaces : spaces + text
    }

    private static func string(_ text: String, _ directive: Directive) -> String {
        var text = text
        if let precision = directive.precision {
            text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
        }
        switch directive.verb {
        case "v" where directive.sharp: return padded(GoText.quoted(text), directive)
        case "v", "s": return padded(text, directive)
        case "q": return padded(directive.sharp && !text.contains("`") ? "`\(text)`" : GoText.quoted(text), directive)
        case "x", "X":
            let hex = text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: directive.verb == "X") }
            return padded(hex.joined(separator: directive.space ? " " : ""), directive)
        default: return bad(.string(text), directive)
        }
    }

    private static func integer(_ number: Int64, _ directive: Directive) -> String {
        let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init) ?? "\u{fffd}"
        switch directive.verb {
        case "v", "d": return digits(number, radix: 10, prefix: "", directive)
        case "b": return digits(number, radix: 2, prefix: directive.sharp ? "0b" : "", directive)
        case "o": return digits(number, radix: 8, prefix: directive.sharp ? "0" : "", directive)
        case "O": return digits(number, radix: 8, prefix: "0o", directive)
        case "x": return digits(number, radix: 16, prefix: directive.sharp ? "0x" : "", directive)
        case "X": return digits(number, radix: 16, prefix: directive.sharp ? "0X" : "", directive)
        case "c": return padded(String(scalar), directive)
        case "q": return padded(GoText.quoted(String(scalar), quote: "'"), directive)
        case "U":
            let hex = String(number.magnitude, radix: 16, uppercase: true)
            return padded("U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex, directive)
        default: return bad(.integer(number), directive)
        }
    }

    private static func digits(_ number: Int64, radix: Int, prefix: String, _ directive: Directive) -> String {
        var text = String(number.magnitude, radix: radix, uppercase: directive.verb == "X")
        let sign = number < 0 ? "-" : directive.plus ? "+" : directive.space ? " " : ""
        var size = directive.precision ?? 0
        if directive.precision == nil, directive.zero, !directive.minus { size = (directive.width ?? 0) - sign.count }
        text = String(repeating: "0", count: max(0, size - text.count)) + text
        return padded(sign + prefix + text, directive)
    }

    private static func double(_ number: Double, _ directive: Directive) -> String {
        var text: String
        switch directive.verb {
        case "v", "g", "G":
            text =
                directive.precision.map { GoFloat.formatted(number, verb: "g", precision: $0) }
                ?? GoFloat.shortest(number)
        case "f", "F", "e", "E":
            let verb: Character = directive.verb == "f" || directive.verb == "F" ? "f" : "e"
            text = GoFloat.formatted(number, verb: verb, precision: directive.precision ?? 6)
        default: return bad(.double(number), directive)
        }
        if directive.verb == "G" || directive.verb == "E" { text = text.uppercased() }
        if !text.hasPrefix("-"), !text.hasPrefix("+"), directive.plus || directive.space {
            text = (directive.plus ? "+" : " ") + text
        }
        guard directive.zero, !directive.minus, number.isFinite else { return padded(text, directive) }
        let sign = text.first.map { "+- ".contains($0) } == true ? String(text.removeFirst()) : ""
        return sign + String(repeating: "0", count: max(0, (directive.width ?? 0) - sign.count - text.count)) + text
    }
}
