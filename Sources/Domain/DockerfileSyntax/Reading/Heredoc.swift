/// An inline document: `<<EOF` on an instruction's line, with the lines that follow it up to `EOF`.
package struct Heredoc: Sendable, Hashable {
    /// The terminator without quotes; the file name for COPY and ADD.
    package let name: String
    /// False if any part of the name was quoted: then variables in the content are not expanded.
    package let expands: Bool
    /// Written `<<-`: leading tabs are removed from each line.
    package let stripsTabs: Bool
    /// The number before `<<`; 0 if there is none.
    package let fileDescriptor: Int
    /// The location of `<<EOF`.
    package let range: SourceRange
    /// The lines as in the file, each with its newline, which is a plain one even if the file's lines end in CRLF.
    package internal(set) var rawContent = ""

    /// The lines, without leading tabs if `stripsTabs`.
    package var content: String {
        guard stripsTabs else { return rawContent }
        var result: [UInt8] = []
        var isAtStart = true
        for byte in rawContent.utf8 {
            if isAtStart, byte == UInt8(ascii: "\t") { continue }
            result.append(byte)
            isAtStart = byte == UInt8(ascii: "\n")
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The heredoc that a word of an instruction starts; nil if it does not start one.
    init?(word: String, range: SourceRange) {
        var rest = Array(word.utf8)[...]
        var descriptor = 0
        while let digit = rest.first, digit.isDigit {
            descriptor = min(descriptor * 10 + Int(digit - UInt8(ascii: "0")), 1 << 20)
            rest = rest.dropFirst()
        }
        guard rest.starts(with: "<<".utf8) else { return nil }
        rest = rest.dropFirst(2)
        let strips = rest.first == UInt8(ascii: "-")
        if strips { rest = rest.dropFirst() }
        rest = rest.drop { $0.isSpace }
        guard !rest.isEmpty, !rest.contains(UInt8(ascii: "<")) else { return nil }
        var name: [UInt8] = []
        var quote: UInt8?
        var isQuoted = false
        while let byte = rest.popFirst() {
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
                isQuoted = true
            } else if quote == nil, byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
                name.append(next)
                isQuoted = true
            } else if quote == nil, byte.isSpace {
                return nil
            } else {
                name.append(byte)
            }
        }
        guard quote == nil, !name.isEmpty else { return nil }
        self.name = String(decoding: name, as: UTF8.self)
        expands = !isQuoted
        stripsTabs = strips
        fileDescriptor = descriptor
        self.range = range
    }
}
