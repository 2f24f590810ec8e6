/// Dates and times in the format of RFC 3339 ("Offset Date-Time" and the following sections of TOML 1.0.0).
enum TOMLDateTime {
    /// Whether the bytes have the form of a date, even a nonexistent one.
    static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool { matches(bytes, "dddd-dd-dd") }

    /// Whether the bytes have the form of the hours and minutes of a time.
    static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool { matches(bytes, "dd:dd") }

    /// The date, time or both in `token`; nil if it is none, or does not exist.
    static func value(_ token: ArraySlice<UInt8>) -> TOMLValue? {
        var rest = token
        guard isDate(token.prefix(10)) else {
            guard let time = takeTime(&rest), rest.isEmpty else { return nil }
            return .localTime(time)
        }
        guard let date = takeDate(&rest) else { return nil }
        guard let separator = rest.popFirst() else { return .localDate(date) }
        guard [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(separator),
            let time = takeTime(&rest)
        else { return nil }
        if rest.isEmpty { return .localDateTime("\(date)T\(time)") }
        guard let zone = takeOffset(&rest), rest.isEmpty else { return nil }
        return .offsetDateTime("\(date)T\(time)\(zone)")
    }

    /// Whether the bytes match the pattern, in which `d` matches any digit.
    private static func matches(_ bytes: ArraySlice<UInt8>, _ pattern: StaticString) -> Bool {
        guard bytes.count == pattern.utf8CodeUnitCount else { return false }
        return zip(bytes, 0..<bytes.count).allSatisfy { byte, index in
            pattern.utf8Start[index] == UInt8(ascii: "d")
                ? TOMLParser.digit(byte, radix: 10) != nil : byte == pattern.utf8Start[index]
        }
    }

    private static func takeDate(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let text = take("dddd-dd-dd", from: &rest) else { return nil }
        let numbers = numbers(text)
        guard numbers.count == 3, (1...12).contains(numbers[1]) else { return nil }
        let isLeapYear = numbers[0] % 4 == 0 && (numbers[0] % 100 != 0 || numbers[0] % 400 == 0)
        let days = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][numbers[1] - 1]
        return (1...days).contains(numbers[2]) ? text : nil
    }

    private static func takeTime(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let text = take("dd:dd:dd", from: &rest) else { return nil }
        let numbers = numbers(text)
        // RFC 3339 allows a leap second, as second 60.
        guard numbers.count == 3, numbers[0] < 24, numbers[1] < 60, numbers[2] <= 60 else { return nil }
        guard rest.first == UInt8(ascii: ".") else { return text }
        let fraction = rest.dropFirst().prefix { TOMLParser.digit($0, radix: 10) != nil }
        guard !fraction.isEmpty else { return nil }
        rest = rest[fraction.endIndex...]
        return "\(text).\(String(decoding: fraction, as: UTF8.self))"
    }

    private static func takeOffset(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let sign = rest.popFirst() else { return nil }
        switch sign {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): return "Z"
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard let text = take("dd:dd", from: &rest) else { return nil }
            let numbers = numbers(text)
            guard numbers.count == 2, numbers[0] < 24, numbers[1] < 60 else { return nil }
            return (sign == UInt8(ascii: "+") ? "+" : "-") + text
        default: return nil
        }
    }

    private static func take(_ pattern: StaticString, from rest: inout ArraySlice<UInt8>) -> String? {
        let piece = rest.prefix(pattern.utf8CodeUnitCount)
        guard matches(piece, pattern) else { return nil }
        rest = rest.dropFirst(piece.count)
        return String(decoding: piece, as: UTF8.self)
    }

    /// The numbers between the separators; each has at most four digits.
    private static func numbers(_ text: String) -> [Int] {
        text.split { $0 == "-" || $0 == ":" }.compactMap { Int($0) }
    }
}
