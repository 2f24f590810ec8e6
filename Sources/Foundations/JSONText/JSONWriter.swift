// arithmetic: index, value: places in a text in memory, and four bits of a byte

/// Appends JSON text to a buffer.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let indent: [UInt8]?
    private let escapeHTML: Bool
    private let sortedKeys: Bool
    private var level = 0

    init(indent: [UInt8]?, escapeHTML: Bool, sortedKeys: Bool) {
        self.indent = indent
        self.escapeHTML = escapeHTML
        self.sortedKeys = sortedKeys
        bytes.reserveCapacity(1024)
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .unsigned(let value): bytes.append(contentsOf: String(value).utf8)
        case .double(let value): bytes.append(contentsOf: GoNumber.text(value))
        case .string(let value): write(value)
        case .array(let elements): write(elements)
        case .object(let object): write(object)
        }
    }

    private mutating func write(_ elements: [JSONValue]) {
        guard !elements.isEmpty else { return append("[]") }
        bytes.append(UInt8(ascii: "["))
        level += 1
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine()
            write(element)
        }
        level -= 1
        breakLine()
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ object: JSONObject) {
        guard !object.isEmpty else { return append("{}") }
        bytes.append(UInt8(ascii: "{"))
        level += 1
        let keys = object.keys
        let values = object.values
        let order = sortedKeys ? keys.indices.sorted { keys[$0].precedesByBytes(keys[$1]) } : Array(keys.indices)
        for (count, index) in order.enumerated() {
            if count > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine()
            write(keys[index])
            bytes.append(UInt8(ascii: ":"))
            if indent != nil { bytes.append(UInt8(ascii: " ")) }
            write(values[index])
        }
        level -= 1
        breakLine()
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func breakLine() {
        guard let indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<level {
            bytes.append(contentsOf: indent)
        }
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func write(_ string: String) {
        var string = string
        bytes.append(UInt8(ascii: "\""))
        string.withUTF8 { text in
            var copied = 0
            for index in 0..<text.count {
                guard needsEscape(at: index, of: text) else { continue }
                bytes.append(contentsOf: text[copied..<index])
                copied = index + appendEscape(at: index, of: text)  // arithmetic: three bytes at most
            }
            bytes.append(contentsOf: text[copied...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private func needsEscape(at index: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch text[index] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20: true
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): escapeHTML
        case 0xE2: index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8
        default: false
        }
    }

    /// Appends the escape for the character at `index` and returns the length of that character.
    private mutating func appendEscape(at index: Int, of text: UnsafeBufferPointer<UInt8>) -> Int {
        let byte = text[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        case 0xE2:
            append("\\u202")
            bytes.append(hexDigit(text[index + 2] & 0xF))
            return 3
        default:
            append("\\u00")
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 0xF))
        }
        return 1
    }

    private func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension String {
    /// The order in which Go sorts map keys: by bytes, whereas Swift's `<` compares by Unicode equivalence.
    func precedesByBytes(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
