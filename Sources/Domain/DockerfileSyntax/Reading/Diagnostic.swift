/// A message about a Dockerfile, with its location.
package struct Diagnostic: Error, Sendable, Equatable, CustomStringConvertible {
    /// The severity of a diagnostic.
    package enum Severity: String, Sendable {
        case error, warning
    }

    /// An error stops the build, a warning does not.
    package let severity: Severity
    /// The file's name as passed to the parser.
    package let file: String
    /// Nil if it concerns the file as a whole.
    package let range: SourceRange?
    /// A one-line message.
    package let message: String

    /// Creates an error by default.
    package init(_ severity: Severity = .error, file: String, range: SourceRange?, _ message: String) {
        self.severity = severity
        self.file = file
        self.range = range
        self.message = message
    }

    /// `FILE:LINE:COLUMN: error: MESSAGE`, on one line.
    package var description: String {
        let place = range.map { "\(file):\($0.start.line):\($0.start.column)" } ?? file
        return "\(place): \(severity.rawValue): \(message)"
    }

    /// The description, then the source line, then a caret under the first column of the range and tildes under the
    /// rest.
    ///
    /// Very long lines are truncated to a window around the range; control characters are replaced. No trailing
    /// newline.
    package func rendered(source: SourceText) -> String {
        guard let range else { return description }
        let number = String(range.start.line)
        let scalars = Array(source.line(range.start.line).unicodeScalars)
        let first = min(range.start.column - 1, scalars.count)
        let last = range.end.line == range.start.line ? min(range.end.column - 1, scalars.count) : scalars.count
        let windowStart = first > 100 ? first - 60 : 0
        let windowEnd = min(scalars.count, windowStart + 180)
        var shown = ""
        var marks = ""
        for index in windowStart..<max(windowEnd, windowStart) {
            let scalar = scalars[index]
            let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
            shown.unicodeScalars.append(isControl && scalar != "\t" ? "\u{fffd}" : scalar)
            if index < first { marks.unicodeScalars.append(scalar == "\t" ? "\t" : " ") }
        }
        marks += "^" + String(repeating: "~", count: max(0, min(last, windowEnd) - first - 1))
        let margin = String(repeating: " ", count: number.count)
        return "\(description)\n  \(number) | \(shown)\n  \(margin) | \(marks)"
    }
}
