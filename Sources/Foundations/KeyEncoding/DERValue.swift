// arithmetic: header: 1 to 5, the bytes of a length
// arithmetic: first: an octet, or at most 2
// arithmetic: number: below 2^56

/// A value in the Distinguished Encoding Rules of ASN.1 (X.690), as far as keys, certificates and signatures need it.
///
/// Lengths are checked against what is there; nothing is copied but the contents.
package struct DERValue: Sendable, Equatable {
    /// Identifier octets that occur in keys and certificates.
    package enum Tag {
        package static let boolean: UInt8 = 0x01
        package static let integer: UInt8 = 0x02
        package static let bitString: UInt8 = 0x03
        package static let octetString: UInt8 = 0x04
        package static let null: UInt8 = 0x05
        package static let objectIdentifier: UInt8 = 0x06
        package static let utf8String: UInt8 = 0x0C
        package static let utcTime: UInt8 = 0x17
        package static let generalizedTime: UInt8 = 0x18
        package static let sequence: UInt8 = 0x30
        package static let set: UInt8 = 0x31

        /// `[number]`, constructed.
        package static func context(_ number: UInt8) -> UInt8 { 0xA0 | number }
    }

    package let tag: UInt8
    package let content: [UInt8]
    /// The value as it was read, with tag and length.
    package let encoded: [UInt8]

    /// A value with this content.
    package init(_ tag: UInt8, _ content: [UInt8]) {
        self.tag = tag
        self.content = content
        encoded = [tag] + Self.length(content.count) + content
    }

    /// A constructed value.
    package init(_ tag: UInt8, _ values: [DERValue]) {
        self.init(tag, values.flatMap(\.encoded))
    }

    private init(_ tag: UInt8, _ content: [UInt8], encoded: [UInt8]) {
        self.tag = tag
        self.content = content
        self.encoded = encoded
    }

    /// The one value that these bytes encode; nil for anything else.
    package init?(parsing bytes: [UInt8]) {
        guard let values = Self.all(in: bytes), values.count == 1 else { return nil }
        self = values[0]
    }

    /// The values in a constructed one; nil where it is not well-formed.
    package var children: [DERValue]? { tag & 0x20 != 0 ? Self.all(in: content) : nil }

    /// A sequence of values; nil when it is malformed.
    package static func all(in bytes: [UInt8]) -> [DERValue]? {
        var values: [DERValue] = []
        var rest = bytes[...]
        while let tag = rest.first {
            let start = rest.startIndex
            // Tag numbers above 30 do not occur.
            guard tag & 0x1F != 0x1F, let (length, header) = length(of: rest.dropFirst()),
                length <= rest.count - 1 - header
            else { return nil }
            let body = rest.dropFirst(1 + header).prefix(length)
            values.append(DERValue(tag, Array(body), encoded: Array(bytes[start..<body.endIndex])))
            rest = rest[body.endIndex...]
        }
        return values
    }

    /// The length at the beginning of some bytes, and how many bytes encode it.
    private static func length(of bytes: ArraySlice<UInt8>) -> (length: Int, header: Int)? {
        guard let first = bytes.first else { return nil }
        guard first >= 0x80 else { return (Int(first), 1) }
        let count = Int(first & 0x7F)
        guard (1...4).contains(count), bytes.count > count else { return nil }
        let digits = bytes.dropFirst().prefix(count)
        let length = digits.reduce(0) { $0 << 8 | Int($1) }  // arithmetic: $0, $1: of four octets
        // Distinguished: the shortest form.
        guard length >= 0x80, digits.first != 0 else { return nil }
        return (length, 1 + count)
    }

    private static func length(_ count: Int) -> [UInt8] {
        guard count >= 0x80 else { return [UInt8(count)] }
        var digits: [UInt8] = []
        var rest = count
        while rest > 0 {
            digits.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        return [0x80 | UInt8(digits.count)] + digits
    }

    /// The dotted text of an object identifier; nil for other values.
    package var objectIdentifier: String? {
        guard tag == Tag.objectIdentifier, let last = content.last, last & 0x80 == 0 else { return nil }
        var numbers: [UInt64] = []
        var number: UInt64 = 0
        for byte in content {
            guard number < 1 << 56 else { return nil }
            number = number << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 {
                numbers.append(number)
                number = 0
            }
        }
        let first = min(numbers[0] / 40, 2)
        return ([first, numbers[0] - first * 40] + numbers.dropFirst()).map(String.init).joined(separator: ".")
    }

    /// The bytes of a bit string without unused bits; nil for other values.
    package var bits: [UInt8]? {
        tag == Tag.bitString && content.first == 0 ? Array(content.dropFirst()) : nil
    }
}
