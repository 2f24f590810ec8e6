// arithmetic: offset, start, length: places in the text, which is in memory

/// A recursive-descent parser over a borrowed text. It lives no longer than the buffer it reads.
struct JSONParser {
    let text: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    /// Whether a duplicate key in an object is an error.
    var refusesDuplicates = false
    /// Offset of the next byte.
    var offset = 0
    private var depth = 0
    /// Keys repeat in arrays of objects; this shares the string instead of creating it again.
    private var recentKeys = [String?](repeating: nil, count: 64)

    init(text: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.text = text
        self.maximumDepth = maximumDepth
    }

    mutating func parseDocument() throws(JSONError) -> JSONValue {
        skipWhitespace()
        let value = try parseValue()
        skipWhitespace()
        if offset < text.count {
            throw unexpected(wanted: "the end of the text")
        }
        return value
    }

    private mutating func parseValue() throws(JSONError) -> JSONValue {
        guard offset < text.count else { throw unexpected(wanted: "a value") }
        switch text[offset] {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseLiteral("true", .bool(true))
        case UInt8(ascii: "f"): return try parseLiteral("false", .bool(false))
        case UInt8(ascii: "n"): return try parseLiteral("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw unexpected(wanted: "a value")
        }
    }

    private mutating func parseLiteral(_ literal: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<literal.utf8CodeUnitCount {
            guard offset < text.count, text[offset] == literal.utf8Start[index] else {
                throw unexpected(wanted: "\(literal)")
            }
            offset += 1
        }
        return value
    }

    private mutating func parseArray() throws(JSONError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        skipWhitespace()
        if skip(UInt8(ascii: "]")) {
            depth -= 1
            return .array(elements)
        }
        while true {
            skipWhitespace()
            elements.append(try parseValue())
            skipWhitespace()
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "]")) else { throw unexpected(wanted: "a comma or ']' after an array element") }
            depth -= 1
            return .array(elements)
        }
    }

    private mutating func parseObject() throws(JSONError) -> JSONValue {
        try enter()
        var object = JSONObject()
        skipWhitespace()
        if skip(UInt8(ascii: "}")) {
            depth -= 1
            return .object(object)
        }
        while true {
            skipWhitespace()
            guard offset < text.count, text[offset] == UInt8(ascii: "\"") else {
                throw unexpected(wanted: "a key in quotes")
            }
            let key = try parseKey()
            skipWhitespace()
            guard skip(UInt8(ascii: ":")) else { throw unexpected(wanted: "a colon after the key") }
            skipWhitespace()
            let value = try parseValue()
            if refusesDuplicates, object[key] != nil {
                throw failure(.syntax, "duplicate key \"\(key)\"", at: offset)
            }
            object.set(key, to: value)
            skipWhitespace()
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "}")) else { throw unexpected(wanted: "a comma or '}' after a value") }
            depth -= 1
            return .object(object)
        }
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        if depth > maximumDepth {
            throw failure(.tooDeep, "nested deeper than \(maximumDepth) levels", at: offset)
        }
        offset += 1
    }

    /// A string in key position; short plain ones are shared.
    private mutating func parseKey() throws(JSONError) -> String {
        let start = offset + 1
        guard let length = plainLength(from: start), length > 15, length <= 64 else { return try parseString() }
        let bytes = UnsafeBufferPointer(rebasing: text[start..<start + length])
        let slot = Int((bytes[0] &+ bytes[length - 1] &* 7 &+ bytes[length / 2] &* 31 &+ UInt8(length)) & 63)
        offset = start + length + 1
        if let known = recentKeys[slot], known.utf8.elementsEqual(bytes) {
            return known
        }
        let key = String(decoding: bytes, as: UTF8.self)
        recentKeys[slot] = key
        return key
    }

    @inline(__always)
    mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < text.count, text[offset] == byte else { return false }
        offset += 1
        return true
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while offset < text.count {
            switch text[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): offset += 1
            default: return
            }
        }
    }
}

extension JSONParser {
    func failure(_ kind: JSONError.Kind, _ message: String, at offset: Int) -> JSONError {
        JSONError(kind, message, position: JSONError.Position(offset: offset, in: text))
    }

    /// A syntax error that names what was found at the current offset.
    func unexpected(wanted: String) -> JSONError {
        guard offset < text.count else {
            return failure(.syntax, "expected \(wanted), but the text ends", at: offset)
        }
        let byte = text[offset]
        let found =
            byte >= 0x20 && byte < 0x7F
            ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte 0x\(String(byte, radix: 16, uppercase: true))"
        return failure(.syntax, "expected \(wanted), found \(found)", at: offset)
    }
}
