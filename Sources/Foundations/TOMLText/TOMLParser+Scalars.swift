extension TOMLParser {
    /// A boolean, number, date or time: all of them consist of the same few characters.
    mutating func parseScalar() throws(TOMLError) -> TOMLValue {
        let start = position
        let first = offset
        skipScalarCharacters()
        guard offset > first else { throw unexpected(wanted: "a value") }
        // A date and a time may be separated by a space.
        if TOMLDateTime.isDate(text[first..<offset]), peek() == UInt8(ascii: " "),
            let next = peek(1), Self.digit(next, radix: 10) != nil
        {
            offset += 1
            skipScalarCharacters()
        }
        let token = text[first..<offset]
        if let value = Self.keyword(token) { return value }
        if TOMLDateTime.isDate(token.prefix(10)) || TOMLDateTime.isTime(token.prefix(5)) {
            if let value = TOMLDateTime.value(token) { return value }
            throw failure(.outOfRange, "\(Self.quoted(string(token))) is not a date or time", at: start)
        }
        switch TOMLNumber.value(token) {
        case .value(let value): return value
        case .outOfRange:
            throw failure(.outOfRange, "\(Self.quoted(string(token))) is not a 64-bit integer", at: start)
        case .malformed:
            throw failure(.syntax, "expected a value, found \(Self.quoted(string(token)))", at: start)
        }
    }

    private mutating func skipScalarCharacters() {
        while let byte = peek(), Self.isScalarCharacter(byte) { offset += 1 }
    }

    private static func isScalarCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private static func keyword(_ token: ArraySlice<UInt8>) -> TOMLValue? {
        // The longest keyword has five characters.
        guard token.count <= 5 else { return nil }
        switch String(decoding: token, as: UTF8.self) {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan": return .float(.nan)
        case "-nan": return .float(-.nan)
        default: return nil
        }
    }

    /// The value of a digit; nil if it is not one in that radix.
    static func digit(_ byte: UInt8, radix: UInt8) -> UInt8? {
        let value: UInt8
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = byte - UInt8(ascii: "A") + 10
        default: return nil
        }
        return value < radix ? value : nil
    }
}
