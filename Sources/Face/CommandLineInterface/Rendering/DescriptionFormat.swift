import JSONText
import OutputTemplates

/// `--format` of commands that print a single description: a template for the whole, or `json`.
struct DescriptionFormat {
    /// nil: the description as JSON.
    private let template: Template?

    init(parsing text: String) throws {
        if text == "json" {
            template = nil
            return
        }
        guard let opening = text.range(of: "{{"), text[opening.upperBound...].range(of: "}}") != nil else {
            throw CommandError("invalid format provided: \(text)")
        }
        template = try Template(parsing: text, name: "format")
    }

    /// The rendered template, followed by a newline on a terminal only; nil: JSON is requested.
    func render(
        _ value: JSONValue, shape: TemplateShape = .any, missingFields: Template.MissingFields = .standard
    ) throws -> String? {
        guard let template else { return nil }
        let text = try template.execute(value, shape: shape, missingFields: missingFields)
        return StandardStream.output.isTerminal ? text + "\n" : text
    }
}

extension StringProtocol {
    /// The first occurrence of `text`.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
