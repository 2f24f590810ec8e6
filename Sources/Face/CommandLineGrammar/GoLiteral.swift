/// Parses literals like Go's strconv, which pflag uses.
enum GoLiteral {
    /// Why a number is invalid, in strconv's words.
    enum NumberProblem: String, Error {
        case syntax = "invalid syntax"
        case range = "value out of range"
    }

    /// strconv.ParseBool.
    static func bool(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    /// strconv.ParseInt with base 0: an optional sign, a base prefix, `_` between digits.
    static func int(_ text: String) -> Result<Int, NumberProblem> {
        var digits = Substring(text)
        let negative = digits.first == "-"
        if negative || digits.first == "+" { digits = digits.dropFirst() }
        var radix = 10
        let prefix = digits.prefix(2).lowercased()
        if let known = ["0x": 16, "0o": 8, "0b": 2][prefix] {
            radix = known
            digits = digits.dropFirst(2)
            // Go allows one underscore right after the base prefix.
            if digits.first == "_" { digits = digits.dropFirst() }
        } else if digits.count > 1, digits.first == "0" {
            radix = 8
        }
        guard let first = digits.first, first != "_", digits.last != "_", !digits.contains("__") else {
            return .failure(.syntax)
        }
        var value = 0
        for character in digits where character != "_" {
            guard let digit = character.hexDigitValue, digit < radix else { return .failure(.syntax) }
            let (scaled, overflowA) = value.multipliedReportingOverflow(by: radix)
            let (sum, overflowB) =
                negative
                ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
            if overflowA || overflowB { return .failure(.range) }
            value = sum
        }
        return .success(value)
    }
}
