extension WebAddress {
    /// The address in the one form that all its spellings have: without user, default port and dot segments, and with
    /// nothing encoded that need not be (RFC 3986, section 6.2.2). For comparing addresses, not for requests.
    package var normalized: String {
        var result = self
        result.path = Self.removingDots(Self.decodingUnreserved(path))
        result.query = query.map(Self.decodingUnreserved)
        return result.absolute
    }

    private static func decodingUnreserved(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index < bytes.count - 2,
                let code = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                if isUnreserved(code) {
                    result.append(code)
                } else {
                    result += String(decoding: bytes[index...(index + 2)], as: UTF8.self).uppercased().utf8
                }
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
