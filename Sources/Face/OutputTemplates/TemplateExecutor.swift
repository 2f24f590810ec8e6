import JSONText

/// A single execution of a template.
struct TemplateExecutor {
    private enum Flow { case next, `break`, `continue` }

    private let template: Template
    private let data: TemplateValue
    let missingFields: Template.MissingFields
    private let mapNames: Set<String>
    private var variables: [(name: String, value: TemplateValue)]
    private var output = ""
    private var callDepth = 0

    init(_ template: Template, data: TemplateValue, missingFields: Template.MissingFields) {
        self.template = template
        self.data = data
        self.missingFields = missingFields
        variables = [("$", data)]
        if case .errors(let exceptions) = missingFields {
            mapNames = Set(exceptions.map { $0.lowercased() })
        } else {
            mapNames = []
        }
    }

    mutating func run() throws(TemplateError) -> String {
        _ = try walk(template.nodes, dot: data)
        return output
    }

    private func fail(_ message: String, _ operand: TemplateOperand?, showing shown: String? = nil) -> TemplateError {
        template.source.executionError(message, at: operand?.position ?? 0, showing: shown ?? operand?.shown ?? "")
    }

    private mutating func write(_ text: String) throws(TemplateError) {
        output += text
        guard output.utf8.count <= Template.maximumOutput else { throw fail("the output is too large", nil) }
    }

    // MARK: Nodes

    private mutating func walk(_ nodes: [TemplateNode], dot: TemplateValue) throws(TemplateError) -> Flow {
        for node in nodes {
            switch node {
            case .text(let text): try write(text)
            case .action(let pipeline):
                let value = try evaluate(pipeline, dot: dot)
                if pipeline.variables.isEmpty { try write(value.printed) }
            case .break: return .break
            case .continue: return .continue
            case .call(let name, let pipeline, let position): try call(name, pipeline, dot: dot, position: position)
            case .if(let pipeline, let then, let otherwise):
                let flow = try branch(pipeline, then, otherwise, dot: dot, setsDot: false)
                if flow != .next { return flow }
            case .with(let pipeline, let then, let otherwise):
                let flow = try branch(pipeline, then, otherwise, dot: dot, setsDot: true)
                if flow != .next { return flow }
            case .range(let pipeline, let then, let otherwise):
                let flow = try range(pipeline, then, otherwise, dot: dot)
                if flow != .next { return flow }
            }
        }
        return .next
    }

    private mutating func branch(
        _ pipeline: TemplatePipeline, _ then: [TemplateNode], _ otherwise: [TemplateNode], dot: TemplateValue,
        setsDot: Bool
    ) throws(TemplateError) -> Flow {
        let scope = variables.count
        defer { variables.removeSubrange(scope...) }
        let value = try evaluate(pipeline, dot: dot)
        guard value.isTrue else { return try walk(otherwise, dot: dot) }
        return try walk(then, dot: setsDot ? value : dot)
    }

    private mutating func range(
        _ pipeline: TemplatePipeline, _ body: [TemplateNode], _ otherwise: [TemplateNode], dot: TemplateValue
    ) throws(TemplateError) -> Flow {
        let scope = variables.count
        defer { variables.removeSubrange(scope...) }
        let value = try evaluate(pipeline, dot: dot, bindsVariables: false)
        let elements: [(TemplateValue, TemplateValue)]
        switch value.json {
        case .array(let values):
            elements = values.enumerated().map {
                (TemplateValue(.integer(Int64($0))), TemplateValue($1, value.shape.element))
            }
        case .object(let object) where value.shape.fields == nil:
            elements = GoPrinter.sortedPairs(object).map {
                (TemplateValue(.string($0.key)), TemplateValue($0.value, value.shape.element))
            }
        case .null: elements = []
        default:
            throw fail(
                "range can't iterate over \(value.printed)", pipeline.commands.last?.operands.first,
                showing: pipeline.shown)
        }
        guard !elements.isEmpty else { return try walk(otherwise, dot: dot) }
        for (key, element) in elements {
            let mark = variables.count
            bind(pipeline, key: key, element: element)
            let flow = try walk(body, dot: element)
            variables.removeSubrange(mark...)
            if flow == .break { break }
        }
        return .next
    }

    private mutating func bind(_ pipeline: TemplatePipeline, key: TemplateValue, element: TemplateValue) {
        let values = pipeline.variables.count == 1 ? [element] : [key, element]
        for (name, value) in zip(pipeline.variables, values) { set(name, value, isNew: !pipeline.isAssignment) }
    }

    private mutating func set(_ name: String, _ value: TemplateValue, isNew: Bool) {
        if !isNew, let index = variables.lastIndex(where: { $0.name == name }) {
            variables[index].value = value
        } else {
            variables.append((name, value))
        }
    }

    private mutating func call(
        _ name: String, _ pipeline: TemplatePipeline?, dot: TemplateValue, position: Int
    ) throws(TemplateError) {
        let shown = "{{template \(GoText.quoted(name))\(pipeline.map { " " + $0.shown } ?? "")}}"
        func problem(_ message: String) -> TemplateError {
            template.source.executionError(message, at: position, showing: shown)
        }
        guard let body = template.definitions[name] else {
            throw problem("template \(GoText.quoted(name)) not defined")
        }
        let argument =
            try pipeline.map { pipeline throws(TemplateError) in try evaluate(pipeline, dot: dot) } ?? .missing
        guard callDepth < 100 else { throw problem("exceeded maximum template depth") }
        callDepth += 1
        let outer = variables
        variables = [("$", argument)]
        _ = try walk(body, dot: argument)
        variables = outer
        callDepth -= 1
    }

    // MARK: Pipelines

    private mutating func evaluate(
        _ pipeline: TemplatePipeline, dot: TemplateValue, bindsVariables: Bool = true
    ) throws(TemplateError) -> TemplateValue {
        var value: TemplateValue?
        for command in pipeline.commands { value = try evaluate(command, dot: dot, piped: value) }
        let result = value ?? .missing
        if bindsVariables {
            for name in pipeline.variables { set(name, result, isNew: !pipeline.isAssignment) }
        }
        return result
    }

    private mutating func evaluate(
        _ command: TemplateCommand, dot: TemplateValue, piped: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        guard let first = command.operands.first else { return .missing }
        if case .function(let name) = first.kind { return try call(name, command, dot: dot, piped: piped) }
        guard command.operands.count == 1, piped == nil else {
            switch first.kind {
            case .field(let names), .variable(_, let names), .pipeline(_, let names):
                if let last = names.last {
                    throw fail("\(last) has arguments but cannot be invoked as function", first)
                }
                fallthrough
            default: throw fail("can't give argument to non-function \(first.shown)", first)
            }
        }
        if case .nil = first.kind { throw fail("nil is not a command", first) }
        return try evaluate(first, dot: dot)
    }

    private mutating func evaluate(_ operand: TemplateOperand, dot: TemplateValue) throws(TemplateError)
        -> TemplateValue
    {
        switch operand.kind {
        case .dot: return dot
        case .nil: return TemplateValue(.null)
        case .bool(let value): return TemplateValue(.bool(value))
        case .integer(let value): return TemplateValue(.integer(value))
        case .double(let value): return TemplateValue(.double(value))
        case .string(let value): return TemplateValue(.string(value))
        case .field(let names): return try follow(names, from: dot, operand)
        case .variable(let name, let names):
            let value = variables.last { $0.name == name }?.value ?? .missing
            return try follow(names, from: value, operand)
        case .pipeline(let pipeline, let names):
            return try follow(names, from: try evaluate(pipeline, dot: dot), operand)
        case .function(let name):
            return try call(name, TemplateCommand(operands: [operand]), dot: dot, piped: nil)
        }
    }

    private func follow(
        _ names: [String], from start: TemplateValue, _ operand: TemplateOperand
    ) throws(TemplateError) -> TemplateValue {
        var value = start
        for name in names {
            guard let object = value.json.object else {
                if value.json.isNull {
                    if value.isMap || missingFields == .printNoValue { return .missing }
                    throw fail("nil pointer evaluating interface {}.\(name)", operand)
                }
                throw fail("can't evaluate field \(name) in type \(value.typeName)", operand)
            }
            if value.shape.fields != nil {
                guard let field = value.shape.field(name) else {
                    throw fail("can't evaluate field \(name) in type \(value.typeName)", operand)
                }
                value = TemplateValue(GoPrinter.member(field, of: object), field.shape)
                if case .map = field.shape { value.isMap = true }
                continue
            }
            if let (key, found) = object.field(name) {
                value = TemplateValue(found)
                value.isMap = mapNames.contains(key.lowercased())
            } else if value.isMap || missingFields == .printNoValue {
                value = .missing
            } else {
                throw fail("can't evaluate field \(name) in type struct", operand)
            }
        }
        return value
    }

    private mutating func call(
        _ name: String, _ command: TemplateCommand, dot: TemplateValue, piped: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        let function = command.operands[0]
        var arguments: [TemplateValue] = []
        for operand in command.operands.dropFirst() {
            let value = try evaluate(operand, dot: dot)
            // These two stop at the first value that decides.
            if name == "and", !value.isTrue { return value }
            if name == "or", value.isTrue { return value }
            arguments.append(value)
        }
        if let piped { arguments.append(piped) }
        if let error = TemplateFunctions.argumentCountError(name, arguments.count) { throw fail(error, function) }
        do {
            let shape = name == "index" ? TemplateFunctions.shapeOfElement(arguments) : .any
            return TemplateValue(try TemplateFunctions.call(name, arguments), shape)
        } catch {
            throw fail("error calling \(name): \(error.message)", function, showing: command.shown)
        }
    }
}
