package import JSONText

/// A Go template (text/template) that is executed with a JSON value.
///
/// Supports fields, variables, pipelines, `if`, `else if`, `with`, `range`, `break`, `continue`, `define`, `block`,
/// `template`, comments, trim markers, and the functions of text/template and of Docker's and Podman's `--format`.
///
/// A field `.CreatedAt` matches the key `CreatedAt`, or else one that differs only in case and underscores.
package struct Template: Sendable {
    /// How to treat missing fields.
    package enum MissingFields: Sendable, Equatable {
        /// An error, as with Go's structs, except in objects that are the value of one of these fields.
        case errors(exceptIn: Set<String>)
        /// Prints `<no value>`, as with Go's maps.
        case printNoValue

        /// An error, except among labels, annotations, options and the like, whose keys are data.
        package static let standard = MissingFields.errors(exceptIn: [
            "Labels", "Annotations", "Options", "DriverOpts", "ExposedPorts", "Volumes", "GraphOptions", "GraphStatus",
            "ImageAnnotations", "Sysctls",
        ])
    }

    /// The maximum size of the output in bytes.
    package static let maximumOutput = 256 << 20

    let source: TemplateSource
    let nodes: [TemplateNode]
    let definitions: [String: [TemplateNode]]

    /// Parses a template; `name` is its name in errors.
    package init(parsing text: String, name: String) throws(TemplateError) {
        source = TemplateSource(name: name, text: text)
        var parser = try TemplateParser(source)
        nodes = try parser.parse()
        definitions = parser.definitions
    }

    /// Executes the template with `data`, whose Go type is `shape`.
    package func execute(
        _ data: JSONValue, shape: TemplateShape = .any, missingFields: MissingFields = .standard
    ) throws(TemplateError) -> String {
        var executor = TemplateExecutor(self, data: TemplateValue(data, shape), missingFields: missingFields)
        return try executor.run()
    }

    /// Whether the template iterates over the list of rows itself: outside of other actions it contains `{{range .}}`.
    /// Then it expects the list, not each row. A range over anything else, such as a field, is about a row.
    package var rangesOverRows: Bool {
        nodes.contains { node in
            guard case .range(let pipeline, _, _) = node, pipeline.variables.isEmpty,
                let command = pipeline.commands.first, pipeline.commands.count == 1,
                let operand = command.operands.first, command.operands.count == 1, case .dot = operand.kind
            else { return false }
            return true
        }
    }
}
