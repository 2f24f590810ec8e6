import Glibc

/// Go's floating-point formats.
enum GoFloat {
    /// `%g` with the fewest digits that read back as the same number, and an exponent below 1e-4 and from 1e6 on.
    static func shortest(_ value: Double) -> String {
        guard value.isFinite else { return special(value) }
        let magnitude = value.magnitude
        let sign = value.sign == .minus ? "-" : ""
        if magnitude == 0 { return sign + "0" }
        var (digits, exponent) = digitsAndExponent(magnitude)
        guard exponent < -4 || exponent >= 6 else {
            if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
            if digits.count <= exponent + 1 {
                return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count)
            }
            digits.insert(".", at: digits.index(digits.startIndex, offsetBy: exponent + 1))
            return sign + digits
        }
        if digits.count > 1 { digits.insert(".", at: digits.index(after: digits.startIndex)) }
        let size = String(exponent.magnitude)
        return sign + digits + (exponent < 0 ? "e-" : "e+") + (size.count < 2 ? "0" : "") + size
    }

    /// `%e`, `%f` or `%g` (or their capitals) with a precision, as in C.
    static func formatted(_ value: Double, verb: Character, precision: Int) -> String {
        guard value.isFinite else { return special(value) }
        var buffer = [CChar](repeating: 0, count: min(precision, 1000) + 400)
        let count = withVaList([Int32(min(precision, 1000)), value]) {
            vsnprintf(&buffer, buffer.count, "%.*\(verb)", $0)
        }
        return String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func special(_ value: Double) -> String {
        value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf"
    }

    /// The shortest significant digits and the power of ten of the first one.
    private static func digitsAndExponent(_ magnitude: Double) -> (digits: String, exponent: Int) {
        let parts = magnitude.description.split(separator: "e")
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(mantissa[0])
        let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
        var digits = Substring(whole + fraction)
        exponent += whole.count - 1
        while digits.first == "0", digits.count > 1 {
            digits = digits.dropFirst()
            exponent -= 1
        }
        while digits.last == "0", digits.count > 1 { digits = digits.dropLast() }
        return (String(digits), exponent)
    }
}
