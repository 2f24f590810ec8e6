/// Parses lists in Go's output format, in which Docker records some instructions in an image's history.
enum GoList {
    /// The strings of `["a" "b"]` or `["a", "b"]` (Go's `%q`, JSON); nil for anything else.
    static func quoted(_ text: some StringProtocol) -> [String]? {
        var rest = Array(text.utf8)[...]
        guard rest.popFirst() == UInt8(ascii: "[") else { return nil }
        var strings: [String] = []
        while true {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }
            switch rest.popFirst() {
            case UInt8(ascii: "]"): return rest.allSatisfy { $0 == UInt8(ascii: " ") } ? strings : nil
            case UInt8(ascii: "\""):
                guard let string = string(&rest) else { return nil }
                strings.append(string)
            default: return nil
            }
        }
    }

    /// The words of `[a b]`, which may be parts of strings with spaces; nil for anything else.
    static func plain(_ text: String) -> [String]? {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.count >= 2 else { return nil }
        return text[text.index(after: text.startIndex)...].dropLast().split(separator: " ").map { String($0) }
    }

    /// The keys of `map[80/tcp:{} 443/tcp:{}]`; nil for anything else.
    static func mapKeys(_ text: String) -> [String]? {
        guard text.hasPrefix("map["), text.hasSuffix("]") else { return nil }
        return text.dropFirst(4).dropLast().split(separator: " ").map {
            String($0.hasSuffix(":{}") ? $0.dropLast(3) : $0)
        }
    }

    /// The rest of a quoted string, after the opening quote.
    private static func string(_ rest: inout ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "n"): bytes.append(0x0a)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "r"): bytes.append(0x0d)
            case UInt8(ascii: "a"): bytes.append(0x07)
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0c)
            case UInt8(ascii: "v"): bytes.append(0x0b)
            case UInt8(ascii: "x"):
                guard let code = number(&rest, digits: 2) else { return nil }
                bytes.append(UInt8(truncatingIfNeeded: code))
            case UInt8(ascii: "u"):
                guard let code = number(&rest, digits: 4) else { return nil }
                bytes += String(Unicode.Scalar(code) ?? "\u{fffd}").utf8
            case UInt8(ascii: "U"):
                guard let code = number(&rest, digits: 8) else { return nil }
                bytes += String(Unicode.Scalar(code) ?? "\u{fffd}").utf8
            case let byte? where [0x22, 0x27, 0x5c, 0x2f].contains(byte): bytes.append(byte)
            default: return nil
            }
        }
        return nil
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, digits: Int) -> UInt32? {
        let text = rest.prefix(digits)
        guard text.count == digits else { return nil }
        rest = rest.dropFirst(digits)
        return UInt32(String(decoding: text, as: UTF8.self), radix: 16)
    }
}
