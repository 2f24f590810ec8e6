import JSONText

/// The comparison functions of templates.
enum Comparison {
    private typealias Problem = TemplateFunctions.Problem

    /// `eq a b...` (true if a equals any), `ne`, `lt`, `le`, `gt`, `ge`.
    static func call(_ name: String, _ arguments: [TemplateValue]) throws(TemplateFunctions.Problem) -> Bool {
        if name == "eq" {
            guard arguments.count > 1 else { throw Problem(message: "missing argument for comparison") }
            for other in arguments.dropFirst() {
                if try equal(arguments[0].json, other.json) { return true }
            }
            return false
        }
        let (a, b) = (arguments[0].json, arguments[1].json)
        switch name {
        case "ne": return try !equal(a, b)
        case "lt": return try less(a, b)
        case "le": return try !less(b, a)
        case "gt": return try less(b, a)
        default: return try !less(a, b)
        }
    }

    private static func equal(_ a: JSONValue, _ b: JSONValue) throws(Problem) -> Bool {
        switch (a, b) {
        case (.bool, .bool), (.integer, .integer), (.double, .double), (.string, .string), (.null, _), (_, .null):
            a == b
        case (.array, _), (.object, _), (_, .array), (_, .object):
            throw Problem(message: "non-comparable type \(TemplateValue(a).typeName)")
        default: throw Problem(message: "incompatible types for comparison")
        }
    }

    private static func less(_ a: JSONValue, _ b: JSONValue) throws(Problem) -> Bool {
        switch (a, b) {
        case (.integer(let a), .integer(let b)): return a < b
        case (.double(let a), .double(let b)): return a < b
        case (.string(let a), .string(let b)): return a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.bool, .bool), (.null, _), (.array, _), (.object, _):
            throw Problem(message: "invalid type for comparison")
        default: throw Problem(message: "incompatible types for comparison")
        }
    }
}
