/// Parses the tokens of a template into a tree.
struct TemplateParser {
    private let tokens: [TemplateToken]
    private let source: TemplateSource
    var index = 0
    /// Variables in scope.
    var variables = ["$"]
    private var rangeDepth = 0
    private var depth = 0
    /// Templates named by `define` and `block`.
    private(set) var definitions: [String: [TemplateNode]] = [:]

    /// The maximum nesting depth of actions and parentheses.
    private static let maximumDepth = 100

    init(_ source: TemplateSource) throws(TemplateError) {
        self.source = source
        tokens = try TemplateLexer.tokens(of: source.text, name: source.name)
    }

    /// The whole template.
    mutating func parse() throws(TemplateError) -> [TemplateNode] {
        let (nodes, end) = try list()
        if end == .endOfText { return nodes }
        throw unexpected(end == .elseKeyword ? "{{else}}" : "{{end}}")
    }

    // MARK: Tokens

    var current: TemplateToken { tokens[min(index, tokens.count - 1)] }

    mutating func next() -> TemplateToken {
        let token = current
        if index < tokens.count - 1 { index += 1 }
        return token
    }

    mutating func skipSpace() {
        while current.kind == .space { index += 1 }
    }

    mutating func nextNonSpace() -> TemplateToken {
        skipSpace()
        return next()
    }

    func error(_ message: String) -> TemplateError {
        source.parsingError(message, at: tokens[max(0, min(index, tokens.count) - 1)].position)
    }

    private func unexpected(_ what: String) -> TemplateError { error("unexpected \(what)") }

    func unexpected(_ token: TemplateToken, _ context: String) -> TemplateError {
        error("unexpected \(token.shown) in \(context)")
    }

    mutating func nested<T>(_ body: (inout TemplateParser) throws(TemplateError) -> T) throws(TemplateError) -> T {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error("nested too deeply") }
        return try body(&self)
    }

    // MARK: Lists and actions

    private enum ListEnd {
        case endOfText, elseKeyword, endKeyword
    }

    /// Nodes up to `{{end}}`, `{{else}}` or the end of the text. After `{{else` the parser is positioned before what
    /// follows it.
    private mutating func list() throws(TemplateError) -> ([TemplateNode], ListEnd) {
        var nodes: [TemplateNode] = []
        while true {
            let token = next()
            switch token.kind {
            case .end: return (nodes, .endOfText)
            case .text: nodes.append(.text(token.text))
            default:
                skipSpace()
                if current.kind == .keyword {
                    let keyword = next()
                    if keyword.text == "end" {
                        try expectClose("end")
                        return (nodes, .endKeyword)
                    }
                    if keyword.text == "else" { return (nodes, .elseKeyword) }
                    if let node = try nested({ parser throws(TemplateError) in try parser.control(keyword) }) {
                        nodes.append(node)
                    }
                } else {
                    nodes.append(.action(try pipeline("command", until: .rightDelimiter)))
                }
            }
        }
    }

    private mutating func expectClose(_ context: String) throws(TemplateError) {
        let token = nextNonSpace()
        guard token.kind == .rightDelimiter else { throw unexpected(token, context) }
    }

    private mutating func control(_ keyword: TemplateToken) throws(TemplateError) -> TemplateNode? {
        switch keyword.text {
        case "if", "with", "range": return try branch(keyword.text)
        case "break", "continue":
            try expectClose("{{\(keyword.text)}}")
            guard rangeDepth > 0 else { throw error("{{\(keyword.text)}} outside {{range}}") }
            return keyword.text == "break" ? .break : .continue
        case "template":
            let name = try templateName("template clause")
            return .call(name: name, try optionalPipeline("template clause"), position: keyword.position)
        case "define":
            guard depth == 1 else { throw unexpected(keyword, "command") }
            let name = try templateName("define clause")
            try expectClose("define clause")
            try define(name)
            return nil
        default:
            let name = try templateName("block clause")
            let argument = try pipeline("block clause", until: .rightDelimiter)
            try define(name)
            return .call(name: name, argument, position: keyword.position)
        }
    }

    private mutating func branch(_ kind: String) throws(TemplateError) -> TemplateNode {
        let scope = variables.count
        defer { variables.removeSubrange(scope...) }
        let condition = try pipeline(kind, until: .rightDelimiter)
        if kind == "range" { rangeDepth += 1 }
        let (then, end) = try list()
        if kind == "range" { rangeDepth -= 1 }
        var otherwise: [TemplateNode] = []
        switch end {
        case .endOfText: throw unexpected("EOF")
        case .endKeyword: break
        case .elseKeyword: otherwise = try elseBranch(of: kind)
        }
        switch kind {
        case "if": return .if(condition, then: then, otherwise: otherwise)
        case "with": return .with(condition, then: then, otherwise: otherwise)
        default: return .range(condition, then: then, otherwise: otherwise)
        }
    }

    /// After `{{else`: ` if ...` or ` with ...` continue the chain, otherwise the nodes up to `{{end}}`.
    private mutating func elseBranch(of kind: String) throws(TemplateError) -> [TemplateNode] {
        skipSpace()
        if current.kind == .keyword, current.text == kind, kind != "range" {
            _ = next()
            return [try nested { parser throws(TemplateError) in try parser.branch(kind) }]
        }
        try expectClose("else")
        let (nodes, end) = try list()
        switch end {
        case .endKeyword: return nodes
        case .elseKeyword: throw error("expected end; found {{else}}")
        case .endOfText: throw unexpected("EOF")
        }
    }

    private mutating func templateName(_ context: String) throws(TemplateError) -> String {
        let token = nextNonSpace()
        guard token.kind == .string else { throw unexpected(token, context) }
        return try unquoted(token)
    }

    private mutating func optionalPipeline(_ context: String) throws(TemplateError) -> TemplatePipeline? {
        skipSpace()
        if current.kind == .rightDelimiter {
            _ = next()
            return nil
        }
        return try pipeline(context, until: .rightDelimiter)
    }

    private mutating func define(_ name: String) throws(TemplateError) {
        let (outerVariables, outerRange) = (variables, rangeDepth)
        (variables, rangeDepth) = (["$"], 0)
        // After an error as well: the branches around this one shorten the variables to what they found.
        defer { (variables, rangeDepth) = (outerVariables, outerRange) }
        let (nodes, end) = try list()
        guard end == .endKeyword else { throw unexpected(end == .endOfText ? "EOF" : "{{else}}") }
        definitions[name] = nodes
    }
}
