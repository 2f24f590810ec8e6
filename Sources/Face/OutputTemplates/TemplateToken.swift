/// A lexical element of a template.
struct TemplateToken: Equatable {
    enum Kind: Equatable {
        /// Literal text between actions.
        case text
        case leftDelimiter
        case rightDelimiter
        case space
        /// A function's name.
        case identifier
        case keyword
        /// `.Name`
        case field
        /// A lone `.`
        case dot
        /// `$` or `$name`
        case variable
        /// In double quotes or backquotes, as written.
        case string
        /// In single quotes, as written.
        case character
        case number
        case bool
        case `nil`
        case pipe
        case declare
        case assign
        case comma
        case leftParenthesis
        case rightParenthesis
        case end
    }

    let kind: Kind
    let text: String
    /// Offset in bytes.
    let position: Int

    static let keywords: Set<String> = [
        "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
    ]

    /// The form shown in error messages.
    var shown: String {
        switch kind {
        case .end: "EOF"
        case .keyword, .dot, .nil: "<\(text)>"
        default: text.count > 10 ? GoText.quoted(String(text.prefix(10))) + "..." : GoText.quoted(text)
        }
    }
}
