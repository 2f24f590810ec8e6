/// Text from an image, made safe for comments and terminals.
package enum SanitizedText {
    /// The maximum length of a comment, in characters.
    package static let maximumLength = 200

    /// A one-line comment.
    static func comment(_ text: String) -> String {
        "# " + line(text)
    }

    /// One line, truncated if too long. Control characters and bidirectional formatting characters are made visible.
    package static func line(_ text: String, limit: Int = maximumLength) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return result + "..." }
            if isHarmful(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
            count += 1
        }
        return result
    }

    static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069, 0x200e, 0x200f, 0x61c, 0xfeff: true
        default: false
        }
    }
}
