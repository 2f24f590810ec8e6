/// `%XX` in addresses (RFC 3986, section 2.1).
package enum PercentEncoding {
    /// Everything but unreserved characters encoded; colons stay, since digests have them and tools print them.
    package static func encode(_ text: String, keepsSlashes: Bool = true) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "/") where !keepsSlashes: result += Array("%2F".utf8)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: ","):
                result.append(byte)
            default: result += escape(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The text with what may not stand in an address escaped; escapes that are there already stay as they are.
    package static func escaped(_ text: String) -> String {
        let forbidden = Array("\"<>\\^`{|}".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte), !forbidden.contains(byte) {
                result.append(byte)
            } else {
                result += escape(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]  // arithmetic: four bits
    }

    /// The text that the text stands for; bytes that are none become U+FFFD.
    package static func decode(_ text: some StringProtocol) -> String { String(decoding: bytes(text), as: UTF8.self) }

    /// The bytes that the text stands for; what is no valid escape stays.
    package static func bytes(_ text: some StringProtocol) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, rest.first != UInt8(ascii: "+"),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(value)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
