extension Template {
    /// The top-level names of all fields that the template uses, for headers.
    var fieldNames: Set<String> {
        var names: Set<String> = []
        Self.collect(nodes, into: &names)
        for body in definitions.values { Self.collect(body, into: &names) }
        return names
    }

    private static func collect(_ nodes: [TemplateNode], into names: inout Set<String>) {
        for node in nodes {
            switch node {
            case .text, .break, .continue: break
            case .action(let pipeline): collect(pipeline, into: &names)
            case .call(_, let pipeline, _): if let pipeline { collect(pipeline, into: &names) }
            case .if(let pipeline, let then, let otherwise), .with(let pipeline, let then, let otherwise),
                .range(let pipeline, let then, let otherwise):
                collect(pipeline, into: &names)
                collect(then + otherwise, into: &names)
            }
        }
    }

    private static func collect(_ pipeline: TemplatePipeline, into names: inout Set<String>) {
        for operand in pipeline.commands.flatMap(\.operands) {
            switch operand.kind {
            case .field(let fields), .variable(_, let fields): if let first = fields.first { names.insert(first) }
            case .pipeline(let inner, _): collect(inner, into: &names)
            default: break
            }
        }
    }
}
