// arithmetic: offset: a place in the text, which is in memory
// arithmetic: first, next, text: digits

extension JSONParser {
    /// A number: an integer when it is written as one and fits, otherwise a double.
    mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = offset
        let isNegative = skip(UInt8(ascii: "-"))
        var magnitude: UInt64 = 0
        var fits = true
        if !skip(UInt8(ascii: "0")) {
            guard let first = digit() else { throw unexpected(wanted: "a digit") }
            magnitude = UInt64(first)
            offset += 1
            while let next = digit() {
                let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(next))
                fits = fits && !overflow && !carry
                magnitude = sum
                offset += 1
            }
        }
        let hasFraction = try skipFraction()
        let hasExponent = try skipExponent()
        if fits, !hasFraction, !hasExponent {
            if !isNegative { return Int64(exactly: magnitude).map { .integer($0) } ?? .unsigned(magnitude) }
            // Negative zero is written with its sign again, as Go does.
            if isNegative, magnitude == 0 { return .double(-0.0) }
            if isNegative, magnitude <= Int64.min.magnitude {
                return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
            }
        }
        let literal = String(decoding: UnsafeBufferPointer(rebasing: text[start..<offset]), as: UTF8.self)
        guard let value = Double(literal), value.isFinite else {
            throw failure(.numberOutOfRange, "the number is out of range", at: start)
        }
        return .double(value)
    }

    @inline(__always)
    private func digit() -> UInt8? {
        guard offset < text.count, text[offset] >= UInt8(ascii: "0"), text[offset] <= UInt8(ascii: "9") else {
            return nil
        }
        return text[offset] - UInt8(ascii: "0")
    }

    private mutating func skipFraction() throws(JSONError) -> Bool {
        guard skip(UInt8(ascii: ".")) else { return false }
        try skipDigits(wanted: "a digit after the decimal point")
        return true
    }

    private mutating func skipExponent() throws(JSONError) -> Bool {
        guard skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) else { return false }
        _ = skip(UInt8(ascii: "+")) || skip(UInt8(ascii: "-"))
        try skipDigits(wanted: "a digit in the exponent")
        return true
    }

    private mutating func skipDigits(wanted: String) throws(JSONError) {
        guard digit() != nil else { throw unexpected(wanted: wanted) }
        while digit() != nil {
            offset += 1
        }
    }
}
