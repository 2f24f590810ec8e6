// arithmetic: index, digits: places in a field, which is in memory
// arithmetic: digit, byte: eight bits at most

/// Numbers as headers and pax records write them.
enum TarNumber {
    /// A header field: octal digits between optional blanks and NULs, or, with the top bit set, base-256 (GNU, star): a
    /// two's complement number whose second highest bit is the sign. An empty field is 0. Nil for anything else.
    static func parse(_ field: UnsafeRawBufferPointer) -> Int64? {
        guard let first = field.first else { return 0 }
        if first & 0x80 != 0 { return base256(field) }
        var index = 0
        while index < field.count, field[index] == 0x20 || field[index] == 0 { index += 1 }
        var value: UInt64 = 0
        while index < field.count {
            let digit = field[index] &- 0x30
            if digit > 7 { break }
            guard value < 1 << 60 else { return nil }
            value = value << 3 | UInt64(digit)  // arithmetic: below 2^60, as was checked
            index += 1
        }
        if index < field.count, field[index] != 0x20, field[index] != 0 { return nil }
        return Int64(bitPattern: value)
    }

    private static func base256(_ field: UnsafeRawBufferPointer) -> Int64? {
        let inversion: UInt8 = field[0] & 0x40 != 0 ? 0xff : 0
        var value: UInt64 = 0
        for index in 0..<field.count {
            var byte = field[index] ^ inversion
            if index == 0 { byte &= 0x7f }
            guard value >> 56 == 0 else { return nil }
            value = value << 8 | UInt64(byte)  // arithmetic: below 2^56, as was checked
        }
        guard value >> 63 == 0 else { return nil }
        return inversion == 0 ? Int64(value) : ~Int64(value)  // arithmetic: below 2^63, as was checked
    }

    /// A decimal number with an optional minus sign and nothing else; nil when it is invalid or does not fit.
    static func decimal(_ text: UnsafeRawBufferPointer) -> Int64? {
        let isNegative = text.first == 0x2d
        var index = isNegative ? 1 : 0
        guard index < text.count else { return nil }
        var value: Int64 = 0
        while index < text.count {
            let digit = text[index] &- 0x30
            guard digit <= 9 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflow2) = scaled.subtractingReportingOverflow(Int64(digit))
            guard !overflow, !overflow2 else { return nil }
            value = next
            index += 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value  // arithmetic: not the least number
    }

    /// A pax time: seconds, optionally with a fraction, truncated to nanoseconds. Nil when it is invalid.
    static func time(_ text: UnsafeRawBufferPointer) -> TarTime? {
        let point = text.firstIndex(of: 0x2e) ?? text.count
        guard let seconds = decimal(UnsafeRawBufferPointer(rebasing: text[..<point])) else { return nil }
        var nanoseconds: Int32 = 0
        var digits = 0
        var index = point + 1
        while index < text.count {
            let digit = text[index] &- 0x30
            guard digit <= 9 else { return nil }
            if digits < 9 {
                nanoseconds = nanoseconds * 10 + Int32(digit)  // arithmetic: nine digits at most
                digits += 1
            }
            index += 1
        }
        while digits < 9 {
            nanoseconds *= 10  // arithmetic: nine digits at most
            digits += 1
        }
        guard text.first == 0x2d, nanoseconds > 0 else { return (seconds, nanoseconds) }
        let (before, overflow) = seconds.subtractingReportingOverflow(1)
        return overflow ? nil : (before, 1_000_000_000 - nanoseconds)  // arithmetic: nine digits
    }

    /// The pax form of a time, without trailing zeros.
    static func paxText(of time: TarTime) -> String {
        if time.nanoseconds == 0 { return String(time.seconds) }
        let isNegative = time.seconds < 0
        let seconds = isNegative ? -(time.seconds + 1) : time.seconds  // arithmetic: negative
        // arithmetic: nine digits
        var fraction = isNegative ? 1_000_000_000 - Int(time.nanoseconds) : Int(time.nanoseconds)
        var width = 9
        while fraction % 10 == 0, width > 1 {
            fraction /= 10
            width -= 1
        }
        let digits = String(fraction)
        return "\(isNegative ? "-" : "")\(seconds)." + String(repeating: "0", count: max(0, width - digits.count))
            + digits
    }

    /// Whether a number fits into an octal field of `count` bytes, including the NUL.
    static func fitsOctal(_ value: Int64, _ count: Int) -> Bool {
        value >= 0 && (count >= 22 || value < 1 << Int64((count - 1) * 3))
    }
}
