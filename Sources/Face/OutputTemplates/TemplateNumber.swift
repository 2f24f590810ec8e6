/// A number in the syntax of Go's templates: an integer if it has no point or exponent.
enum TemplateNumber: Equatable {
    case integer(Int64)
    case double(Double)

    /// Nil if the text is not a number or does not fit.
    init?(_ text: String) {
        if let integer = Self.integer(text) {
            self = .integer(integer)
            return
        }
        let plain = text.filter { $0 != "_" }
        guard plain.contains(where: { ".eEpP".contains($0) }),
            let first = plain.utf8.first(where: { $0 != 0x2b && $0 != 0x2d }),
            first == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            let double = Double(plain), double.isFinite
        else { return nil }
        self = .double(double)
    }

    private static func integer(_ text: String) -> Int64? {
        var digits = Substring(text)
        let sign = digits.first == "-" ? "-" : ""
        if digits.first == "-" || digits.first == "+" { digits = digits.dropFirst() }
        var radix = 10
        if let known = ["0x": 16, "0o": 8, "0b": 2][digits.prefix(2).lowercased()] {
            radix = known
            digits = digits.dropFirst(2)
        } else if digits.count > 1, digits.first == "0" {
            radix = 8
        }
        let plain = digits.filter { $0 != "_" }
        guard let first = plain.first, first != "+", first != "-" else { return nil }
        return Int64(sign + plain, radix: radix)
    }
}
