/// A duration in Go's notation: `1h30m`, `1.5s`, `300ms`.
package enum GoDuration {
    /// Nanoseconds; nil if the text is not a duration or does not fit into 64 bits.
    package static func nanoseconds(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        let negative = rest.first == UInt8(ascii: "-")
        if negative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if rest.elementsEqual("0".utf8) { return 0 }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            let whole = rest.prefix { $0.isDigit }
            rest = rest.dropFirst(whole.count)
            var fraction = rest[rest.startIndex..<rest.startIndex]
            if rest.first == UInt8(ascii: ".") {
                rest = rest.dropFirst()
                fraction = rest.prefix { $0.isDigit }
                rest = rest.dropFirst(fraction.count)
            }
            guard !(whole.isEmpty && fraction.isEmpty) else { return nil }
            let name = rest.prefix { !$0.isDigit && $0 != UInt8(ascii: ".") }
            rest = rest.dropFirst(name.count)
            guard let unit = units[String(decoding: name, as: UTF8.self)],
                let part = scaled(whole, fraction, by: unit)
            else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            if overflow { return nil }
            total = sum
        }
        return negative ? -total : total
    }

    /// Why a text is not a duration, in Go's words; nil if it is one.
    package static func problem(in text: String) -> String? {
        guard nanoseconds(text) == nil else { return nil }
        var rest = Array(text.utf8)[...]
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
            guard number.contains(where: \.isDigit), number.filter({ $0 == UInt8(ascii: ".") }).count <= 1 else {
                break
            }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { !$0.isDigit && $0 != UInt8(ascii: ".") }
            rest = rest.dropFirst(name.count)
            let unit = String(decoding: name, as: UTF8.self)
            if unit.isEmpty { return "time: missing unit in duration \"\(text)\"" }
            guard units[unit] != nil else {
                return "time: unknown unit \"\(unit)\" in duration \"\(text)\""
            }
        }
        return "time: invalid duration \"\(text)\""
    }

    private static let units: [String: Int64] = [
        "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000,
    ]

    private static func scaled(_ whole: ArraySlice<UInt8>, _ fraction: ArraySlice<UInt8>, by unit: Int64) -> Int64? {
        var value: Int64 = 0
        if !whole.isEmpty {
            guard let number = Int64(String(decoding: whole, as: UTF8.self)) else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: unit)
            if overflow { return nil }
            value = product
        }
        var scale = unit
        for digit in fraction {
            scale /= 10
            let (sum, overflow) = value.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")) * scale)
            if overflow { return nil }
            value = sum
        }
        return value
    }
}
