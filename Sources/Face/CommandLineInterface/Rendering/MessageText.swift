import HTTPHeaders

/// Truncates messages for people, whose parts from untrusted sources may be endless, and hides credentials in addresses.
enum MessageText {
    /// The maximum size in bytes of a message's line, and of a whole message.
    static let lineLimit = 4 << 10
    static let limit = 16 << 10

    /// A message without terminal control characters and the credentials of addresses, truncated as a whole and line by line.
    static func shown(_ message: String) -> String {
        let escaped = TerminalText.escaped(AddressRedaction.redacted(message))
        guard escaped.utf8.count > lineLimit else { return escaped }
        let lines = escaped.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return cut(lines.map { cut(String(Substring($0)), to: lineLimit) }.joined(separator: "\n"), to: limit)
    }

    /// Shortens `text` to about `limit` bytes by omitting the middle. The end is kept: it often says what is wrong with
    /// the long part before it.
    private static func cut(_ text: String, to limit: Int) -> String {
        let size = text.utf8.count
        guard size > limit else { return text }
        let head = boundary(in: text, at: limit / 4 * 3)
        let tail = boundary(in: text, at: size - limit / 4)
        return "\(text[..<head])… (\(text.utf8.distance(from: head, to: tail)) bytes more) …\(text[tail...])"
    }

    /// The last character boundary at or before `offset`.
    private static func boundary(in text: String, at offset: Int) -> String.Index {
        var index = text.utf8.index(text.startIndex, offsetBy: offset)
        while index > text.startIndex, index.samePosition(in: text.unicodeScalars) == nil {
            index = text.utf8.index(before: index)
        }
        return index
    }
}
