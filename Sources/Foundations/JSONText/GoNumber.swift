// arithmetic: index, point, exponent: of the few digits that a floating-point number has

/// The text Go's `encoding/json` gives a 64-bit float: the shortest digits that read back as the same number, with an
/// exponent only below 1e-6 and from 1e21 on.
enum GoNumber {
    static func text(_ value: Double) -> [UInt8] {
        guard value.isFinite else { return Array("null".utf8) }
        let (digits, point) = shortestDigits(value.magnitude)
        var text: [UInt8] = value.sign == .minus ? [UInt8(ascii: "-")] : []
        let magnitude = value.magnitude
        if magnitude != 0, magnitude < 1e-6 || magnitude >= 1e21 {
            appendScientific(digits, point: point, to: &text)
        } else {
            appendDecimal(digits, point: point, to: &text)
        }
        return text
    }

    /// The shortest significant digits without leading or trailing zeros, and the position of the decimal point
    /// relative to the first of them: the number is 0.DIGITS times ten to the power of `point`.
    private static func shortestDigits(_ magnitude: Double) -> (digits: [UInt8], point: Int) {
        var digits: [UInt8] = []
        var point = 0
        var exponent = 0
        var seenPoint = false
        let text = Array(magnitude.description.utf8)
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "."): seenPoint = true
            case UInt8(ascii: "e"):
                exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits.isEmpty, byte == UInt8(ascii: "0") {
                    if seenPoint { point -= 1 }
                    continue
                }
                digits.append(byte)
                if !seenPoint { point += 1 }
            default: break
            }
            if byte == UInt8(ascii: "e") { break }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
        }
        return (digits, digits.isEmpty ? 0 : point + exponent)
    }

    private static func appendScientific(_ digits: [UInt8], point: Int, to text: inout [UInt8]) {
        text.append(digits[0])
        if digits.count > 1 {
            text.append(UInt8(ascii: "."))
            text.append(contentsOf: digits[1...])
        }
        let exponent = point - 1
        text.append(
            contentsOf: exponent < 0 ? [UInt8(ascii: "e"), UInt8(ascii: "-")] : [UInt8(ascii: "e"), UInt8(ascii: "+")])
        text.append(contentsOf: String(exponent.magnitude).utf8)
    }

    private static func appendDecimal(_ digits: [UInt8], point: Int, to text: inout [UInt8]) {
        let zero = UInt8(ascii: "0")
        if point <= 0 {
            text.append(zero)
        } else {
            text.append(contentsOf: digits.prefix(point))
            text.append(contentsOf: repeatElement(zero, count: max(0, point - digits.count)))
        }
        guard digits.count > max(0, point) else { return }
        text.append(UInt8(ascii: "."))
        text.append(contentsOf: repeatElement(zero, count: max(0, -point)))
        text.append(contentsOf: digits.dropFirst(max(0, point)))
    }
}
