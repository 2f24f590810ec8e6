/// A template is invalid or does not match the data. The wording is that of Go's text/template.
package struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The phase in which it occurred.
    package enum Code: Sendable, Equatable {
        case parsing, execution
    }

    /// The phase in which it occurred.
    package let code: Code
    /// `template: NAME:1: unclosed action` or `template: NAME:1:2: executing "NAME" at <.X>: can't evaluate field X
    /// ...`
    package let message: String

    /// The message; parsing errors are prefixed with "template parsing error: ".
    package var description: String {
        code == .parsing ? "template parsing error: \(message)" : message
    }
}
