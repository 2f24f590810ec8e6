// Pipelines, commands and their operands.
extension TemplateParser {
    mutating func pipeline(
        _ context: String, until end: TemplateToken.Kind
    ) throws(TemplateError) -> TemplatePipeline {
        var pipeline = TemplatePipeline()
        try variableDeclaration(&pipeline, context)
        while true {
            skipSpace()
            let token = current
            if token.kind == end {
                _ = next()
                try check(pipeline, context)
                variables += pipeline.isAssignment ? [] : pipeline.variables
                return pipeline
            }
            switch token.kind {
            case .bool, .character, .dot, .field, .identifier, .number, .nil, .string, .variable, .leftParenthesis:
                pipeline.commands.append(try command(context))
            default:
                _ = next()
                throw unexpected(token, context)
            }
        }
    }

    private func check(_ pipeline: TemplatePipeline, _ context: String) throws(TemplateError) {
        guard !pipeline.commands.isEmpty else { throw error("missing value for \(context)") }
        for (stage, command) in pipeline.commands.enumerated().dropFirst() {
            switch command.operands.first?.kind {
            case .bool, .dot, .nil, .integer, .double, .string:
                throw error("non executable command in pipeline stage \(stage + 1)")
            default: break
            }
        }
    }

    /// `$x :=`, `$x =`, and for range also `$i, $x :=`.
    private mutating func variableDeclaration(_ pipeline: inout TemplatePipeline, _ context: String)
        throws(TemplateError)
    {
        let start = index
        skipSpace()
        guard current.kind == .variable else { return }
        var names = [next().text]
        skipSpace()
        if current.kind == .comma, context == "range" {
            _ = next()
            let second = nextNonSpace()
            guard second.kind == .variable else { throw unexpected(second, "range") }
            names.append(second.text)
            skipSpace()
        }
        guard current.kind == .declare || current.kind == .assign else {
            guard names.count == 1 else { throw unexpected(current, "range") }
            index = start
            return
        }
        pipeline.isAssignment = next().kind == .assign
        pipeline.variables = names
        for name in names where pipeline.isAssignment && !variables.contains(name) {
            throw error("undefined variable \(GoText.quoted(name))")
        }
    }

    private mutating func command(_ context: String) throws(TemplateError) -> TemplateCommand {
        var command = TemplateCommand()
        while true {
            skipSpace()
            if let operand = try operand() { command.operands.append(operand) }
            let token = current
            switch token.kind {
            case .space: continue
            case .rightDelimiter, .rightParenthesis: break
            case .pipe:
                _ = next()
                skipSpace()
                if [.rightDelimiter, .rightParenthesis, .pipe].contains(current.kind) {
                    throw error("missing value for \(context)")
                }
            default:
                _ = next()
                throw unexpected(token, "operand")
            }
            guard !command.operands.isEmpty else {
                throw token.kind == .pipe ? unexpected(token, context) : error("empty command")
            }
            return command
        }
    }

    /// One value with its attached fields; nil if none starts here.
    private mutating func operand() throws(TemplateError) -> TemplateOperand? {
        guard let term = try term() else { return nil }
        guard current.kind == .field else { return term }
        let position = current.position
        var fields: [String] = []
        while current.kind == .field { fields.append(String(next().text.dropFirst())) }
        let shown = term.shown + fields.map { ".\($0)" }.joined()
        let kind: TemplateOperand.Kind
        switch term.kind {
        case .field(let first): kind = .field(first + fields)
        case .variable(let name, let first): kind = .variable(name, first + fields)
        case .pipeline(let pipeline, let first): kind = .pipeline(pipeline, first + fields)
        case .dot, .nil, .bool, .integer, .double, .string:
            throw error("unexpected . after term \(GoText.quoted(term.shown))")
        case .function:
            kind = .pipeline(TemplatePipeline(commands: [TemplateCommand(operands: [term])]), fields)
        }
        return TemplateOperand(kind: kind, position: position, shown: shown)
    }

    private mutating func term() throws(TemplateError) -> TemplateOperand? {
        let token = current
        func made(_ kind: TemplateOperand.Kind) -> TemplateOperand {
            TemplateOperand(kind: kind, position: token.position, shown: token.text)
        }
        let kind: TemplateOperand.Kind
        switch token.kind {
        case .identifier:
            guard TemplateFunctions.names.contains(token.text) else {
                throw error("function \(GoText.quoted(token.text)) not defined")
            }
            kind = .function(token.text)
        case .dot: kind = .dot
        case .nil: kind = .nil
        case .bool: kind = .bool(token.text == "true")
        case .field: kind = .field([String(token.text.dropFirst())])
        case .variable:
            guard variables.contains(token.text) else {
                throw error("undefined variable \(GoText.quoted(token.text))")
            }
            kind = .variable(token.text, [])
        case .string: kind = .string(try unquoted(token))
        case .character:
            guard let text = GoText.unquoted(token.text), text.unicodeScalars.count == 1,
                let scalar = text.unicodeScalars.first
            else { throw error("malformed character constant: \(token.text)") }
            kind = .integer(Int64(scalar.value))
        case .number:
            switch TemplateNumber(token.text) {
            case .integer(let value)?: kind = .integer(value)
            case .double(let value)?: kind = .double(value)
            case nil: throw error("illegal number syntax: \(GoText.quoted(token.text))")
            }
        case .leftParenthesis:
            _ = next()
            let inner = try nested { parser throws(TemplateError) in
                try parser.pipeline("parenthesized pipeline", until: .rightParenthesis)
            }
            return TemplateOperand(kind: .pipeline(inner, []), position: token.position, shown: "(\(inner.shown))")
        default: return nil
        }
        _ = next()
        return made(kind)
    }

    func unquoted(_ token: TemplateToken) throws(TemplateError) -> String {
        guard let text = GoText.unquoted(token.text) else { throw error("invalid syntax") }
        return text
    }
}
