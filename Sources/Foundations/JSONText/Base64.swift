// arithmetic: group, second, bytes, text, a, b, c, d, character, value: bytes, three of them in 32 bits
// arithmetic: index, position, start: positions in the memory that the bytes lie in

/// Base64 in the standard alphabet with padding (RFC 4648, section 4), as Go's `encoding/json` writes and reads bytes.
package enum Base64 {
    /// The text of some bytes.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        Array(bytes).withUnsafeBytes { append($0, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text, or nil when it is no padded base64. Line ends are ignored, and so are the bits that the
    /// last character has too many, as in Go.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { utf8 in
            var bytes: [UInt8] = []
            return decode(UnsafeRawBufferPointer(utf8), appendingTo: &bytes) ? bytes : nil
        }
    }

    // MARK: Raw memory

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each character; 0xff where it is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// Appends the text of some bytes.
    package static func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        let length = (bytes.count + 2) / 3 * 4
        let start = output.count
        output.append(contentsOf: repeatElement(UInt8(ascii: "="), count: length))
        alphabet.withUnsafeBufferPointer { alphabet in
            output.withUnsafeMutableBufferPointer { output in
                var (index, position) = (0, start)
                while index + 3 <= bytes.count {
                    let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
                    output[position] = alphabet[Int(group >> 18)]
                    output[position + 1] = alphabet[Int(group >> 12 & 63)]
                    output[position + 2] = alphabet[Int(group >> 6 & 63)]
                    output[position + 3] = alphabet[Int(group & 63)]
                    index += 3
                    position += 4
                }
                guard index < bytes.count else { return }
                let second = index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0
                let group = UInt32(bytes[index]) << 16 | second << 8
                output[position] = alphabet[Int(group >> 18)]
                output[position + 1] = alphabet[Int(group >> 12 & 63)]
                if index + 1 < bytes.count { output[position + 2] = alphabet[Int(group >> 6 & 63)] }
            }
        }
    }

    /// Decodes the whole text as `decode` does, appending to `output`. False when it is no base64; what was appended
    /// then means nothing.
    package static func decode(_ text: UnsafeRawBufferPointer, appendingTo output: inout [UInt8]) -> Bool {
        let start = output.count
        if decodeUnbroken(text, appendingTo: &output) { return true }
        let unbroken = text.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard unbroken.count < text.count else { return false }
        output.removeSubrange(start...)
        return unbroken.withUnsafeBytes { decodeUnbroken($0, appendingTo: &output) }
    }

    private static func decodeUnbroken(_ text: UnsafeRawBufferPointer, appendingTo output: inout [UInt8]) -> Bool {
        guard text.count % 4 == 0 else { return false }
        if text.isEmpty { return true }
        let sign = UInt8(ascii: "=")
        let padding = text[text.count - 1] != sign ? 0 : text[text.count - 2] != sign ? 1 : 2
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: text.count / 4 * 3))
        let isValid = values.withUnsafeBufferPointer { values in
            output.withUnsafeMutableBufferPointer { output in
                var position = start
                var faults: UInt8 = 0
                for index in stride(from: 0, to: text.count, by: 4) {
                    let isLast = index + 4 == text.count
                    let a = values[Int(text[index])]
                    let b = values[Int(text[index + 1])]
                    let c = isLast && padding == 2 ? 0 : values[Int(text[index + 2])]
                    let d = isLast && padding > 0 ? 0 : values[Int(text[index + 3])]
                    faults |= (a | b | c | d) & 0xc0
                    let group = UInt32(a & 63) << 18 | UInt32(b & 63) << 12 | UInt32(c & 63) << 6 | UInt32(d & 63)
                    output[position] = UInt8(truncatingIfNeeded: group >> 16)
                    output[position + 1] = UInt8(truncatingIfNeeded: group >> 8)
                    output[position + 2] = UInt8(truncatingIfNeeded: group)
                    position += 3
                }
                return faults == 0
            }
        }
        output.removeLast(padding)
        return isValid
    }
}
