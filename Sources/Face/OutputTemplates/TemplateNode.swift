/// A node of a parsed template.
enum TemplateNode: Sendable {
    case text(String)
    /// `{{pipeline}}`; prints the value unless it only sets a variable.
    case action(TemplatePipeline)
    indirect case `if`(TemplatePipeline, then: [TemplateNode], otherwise: [TemplateNode])
    indirect case with(TemplatePipeline, then: [TemplateNode], otherwise: [TemplateNode])
    indirect case range(TemplatePipeline, then: [TemplateNode], otherwise: [TemplateNode])
    case `break`
    case `continue`
    /// `{{template "name" pipeline}}`
    case call(name: String, TemplatePipeline?, position: Int)
}

/// `$v := command | command`
struct TemplatePipeline: Sendable {
    /// The variables that are declared or assigned.
    var variables: [String] = []
    var isAssignment = false
    var commands: [TemplateCommand] = []

    var shown: String {
        let head = variables.isEmpty ? "" : variables.joined(separator: ", ") + (isAssignment ? " = " : " := ")
        return head + commands.map(\.shown).joined(separator: " | ")
    }
}

/// A value, or a function with its arguments.
struct TemplateCommand: Sendable {
    var operands: [TemplateOperand] = []
    var shown: String { operands.map(\.shown).joined(separator: " ") }
}

/// A single value of a command.
struct TemplateOperand: Sendable {
    enum Kind: Sendable {
        case dot
        case `nil`
        case bool(Bool)
        case integer(Int64)
        case double(Double)
        case string(String)
        /// `.A.B`
        case field([String])
        /// `$v.A.B`
        case variable(String, [String])
        /// A function's name.
        case function(String)
        /// `(pipeline).A.B`
        indirect case pipeline(TemplatePipeline, [String])
    }

    let kind: Kind
    /// Offset in bytes, used in Go's messages.
    let position: Int
    /// The form shown in Go's messages.
    let shown: String
}
