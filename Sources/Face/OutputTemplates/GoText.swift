/// Go's quoted strings.
enum GoText {
    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "a": "\u{07}", "b": "\u{08}", "f": "\u{0c}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0b}", "\\": "\\",
        "\"": "\"",
        "'": "'",
    ]

    /// strconv.Quote.
    static func quoted(_ text: String, quote: Unicode.Scalar = "\"") -> String {
        var result = String(quote)
        for scalar in text.unicodeScalars {
            if scalar == quote || scalar == "\\" {
                result.unicodeScalars.append("\\")
                result.unicodeScalars.append(scalar)
            } else if scalar.value < 0x20, let letter = escapes.first(where: { $0.value == scalar })?.key {
                result += "\\\(letter)"
            } else if scalar.value < 0x20 || scalar.value == 0x7f {
                result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        result.unicodeScalars.append(quote)
        return result
    }

    /// strconv.Unquote for text in double, single or back quotes; nil if it has an unknown escape.
    static func unquoted(_ text: String) -> String? {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count >= 2, let quote = scalars.first, scalars.last == quote else { return nil }
        var rest = scalars[1..<(scalars.count - 1)]
        var bytes: [UInt8] = []
        while let scalar = rest.popFirst() {
            guard scalar == "\\", quote != "`" else {
                bytes += String(scalar).utf8
                continue
            }
            guard let code = rest.popFirst() else { return nil }
            if let plain = escapes[code] {
                bytes += String(plain).utf8
            } else if let length = ["x": 2, "u": 4, "U": 8][code] {
                guard let value = number(&rest, length: length, radix: 16) else { return nil }
                if code == "x" {
                    bytes.append(UInt8(truncatingIfNeeded: value))
                } else {
                    guard let scalar = Unicode.Scalar(value) else { return nil }
                    bytes += String(scalar).utf8
                }
            } else if ("0"..."7").contains(code) {
                rest = scalars[(rest.startIndex - 1)..<rest.endIndex]
                guard let value = number(&rest, length: 3, radix: 8), value < 256 else { return nil }
                bytes.append(UInt8(truncatingIfNeeded: value))
            } else {
                return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func number(_ rest: inout ArraySlice<Unicode.Scalar>, length: Int, radix: Int) -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<length {
            guard let digit = rest.popFirst().flatMap({ Character($0).hexDigitValue }), digit < radix else {
                return nil
            }
            value = value &* UInt32(radix) &+ UInt32(digit)
        }
        return value
    }
}
