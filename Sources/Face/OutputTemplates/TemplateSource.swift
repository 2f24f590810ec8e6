/// A template's text with its name, for messages.
struct TemplateSource: Sendable {
    let name: String
    let text: String

    func parsingError(_ message: String, at position: Int) -> TemplateError {
        TemplateError(code: .parsing, message: "template: \(name):\(place(position).line): \(message)")
    }

    func executionError(_ message: String, at position: Int, showing shown: String) -> TemplateError {
        let (line, column) = place(position)
        return TemplateError(
            code: .execution,
            message: "template: \(name):\(line):\(column): executing \(GoText.quoted(name)) at <\(shown)>: \(message)")
    }

    /// The line starting at 1 and the offset in it starting at 0, in bytes, as Go counts.
    private func place(_ position: Int) -> (line: Int, column: Int) {
        var line = 1
        var column = 0
        for byte in text.utf8.prefix(position) {
            column += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 0
            }
        }
        return (line, column)
    }
}
