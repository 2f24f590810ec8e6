/// Integers and floats ("Integer" and "Float" of TOML 1.0.0).
enum TOMLNumber {
    enum Outcome {
        case value(TOMLValue)
        /// An integer that does not fit 64 bits.
        case outOfRange
        case malformed
    }

    /// The number in `token`.
    static func value(_ token: ArraySlice<UInt8>) -> Outcome {
        if token.first == UInt8(ascii: "0"), let letter = token.dropFirst().first, let radix = radix(letter) {
            guard let digits = digits(token.dropFirst(2), radix: radix) else { return .malformed }
            return integer(digits, radix: radix, isNegative: false)
        }
        let sign = token.first.flatMap { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") ? $0 : nil }
        let unsigned = sign == nil ? token : token.dropFirst()
        let whole = unsigned.prefix { $0 == UInt8(ascii: "_") || TOMLParser.digit($0, radix: 10) != nil }
        guard let digits = digits(whole, radix: 10), digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            return .malformed
        }
        let isNegative = sign == UInt8(ascii: "-")
        guard whole.endIndex < token.endIndex else { return integer(digits, radix: 10, isNegative: isNegative) }
        return float(digits, rest: token[whole.endIndex...], isNegative: isNegative)
    }

    private static func radix(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "x"): 16
        case UInt8(ascii: "o"): 8
        case UInt8(ascii: "b"): 2
        default: nil
        }
    }

    /// The digits without underscores, each of which must be between two digits; nil if there is anything else.
    private static func digits(_ token: ArraySlice<UInt8>, radix: UInt8) -> [UInt8]? {
        var result: [UInt8] = []
        var follows = false
        for byte in token {
            if byte == UInt8(ascii: "_") {
                guard follows else { return nil }
                follows = false
            } else {
                guard TOMLParser.digit(byte, radix: radix) != nil else { return nil }
                result.append(byte)
                follows = true
            }
        }
        return follows ? result : nil
    }

    private static func integer(_ digits: [UInt8], radix: UInt8, isNegative: Bool) -> Outcome {
        var result: Int64 = 0
        for byte in digits {
            guard let digit = TOMLParser.digit(byte, radix: radix) else { return .malformed }
            let (product, overflows) = result.multipliedReportingOverflow(by: Int64(radix))
            let (sum, alsoOverflows) =
                isNegative
                ? product.subtractingReportingOverflow(Int64(digit)) : product.addingReportingOverflow(Int64(digit))
            guard !overflows, !alsoOverflows else { return .outOfRange }
            result = sum
        }
        return .value(.integer(result))
    }

    /// - Parameter rest: the part after the whole number: a fraction, an exponent or both.
    private static func float(_ whole: [UInt8], rest: ArraySlice<UInt8>, isNegative: Bool) -> Outcome {
        var text = (isNegative ? [UInt8(ascii: "-")] : []) + whole
        var rest = rest
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
            guard let digits = digits(fraction, radix: 10) else { return .malformed }
            text += [UInt8(ascii: ".")] + digits
            rest = rest[fraction.endIndex...]
        }
        if let letter = rest.first {
            guard letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") else { return .malformed }
            rest = rest.dropFirst()
            text.append(UInt8(ascii: "e"))
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                text.append(sign)
                rest = rest.dropFirst()
            }
            guard let digits = digits(rest, radix: 10) else { return .malformed }
            text += digits
        }
        guard let value = Double(String(decoding: text, as: UTF8.self)) else { return .malformed }
        return .value(.float(value))
    }
}
