/// A template cannot be understood or does not fit the data. The wording is Go's text/template.
package struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// When it was found.
    package enum Code: Sendable, Equatable {
        case parsing, execution
    }

    /// When it was found.
    package let code: Code
    /// `template: NAME:1: unclosed action` or `template: NAME:1:2: executing "NAME" at <.X>: can't evaluate field X
    /// ...`
    package let message: String

    /// The message; for a parsing error after "template parsing error: ".
    package var description: String {
        code == .parsing ? "template parsing error: \(message)" : message
    }
}
