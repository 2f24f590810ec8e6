import JSONText

/// The functions available in templates.
enum TemplateFunctions {
    /// An error in the arguments.
    struct Problem: Error { let message: String }

    /// The number of arguments of each function.
    private static let arity: [String: ClosedRange<Int>] = [
        "and": 1...64, "or": 1...64, "not": 1...1, "len": 1...1, "index": 1...64, "slice": 1...4, "print": 0...1000,
        "printf": 1...1000, "println": 0...1000, "html": 0...1000, "js": 0...1000, "urlquery": 0...1000, "eq": 1...1000,
        "ne": 2...2, "lt": 2...2, "le": 2...2, "gt": 2...2, "ge": 2...2, "json": 1...1, "join": 2...2, "split": 2...2,
        "lower": 1...1, "upper": 1...1, "title": 1...1, "pad": 3...3, "truncate": 2...2,
    ]

    static let names = Set(arity.keys)

    /// Go's message for a wrong number of arguments; nil if it is right.
    static func argumentCountError(_ name: String, _ count: Int) -> String? {
        guard let range = arity[name], !range.contains(count) else { return nil }
        let wanted =
            range.lowerBound == range.upperBound
            ? "want \(range.lowerBound)"
            : count < range.lowerBound ? "want at least \(range.lowerBound)" : "want at most \(range.upperBound)"
        return "wrong number of args for \(name): \(wanted) got \(count)"
    }

    static func call(_ name: String, _ arguments: [TemplateValue]) throws(Problem) -> JSONValue {
        let values = arguments.map(\.json)
        switch name {
        case "and", "or": return values[values.count - 1]
        case "not": return .bool(!arguments[0].isTrue)
        case "len": return try length(arguments[0])
        case "index": return try index(arguments)
        case "slice": return try slice(arguments)
        case "print": return .string(print(arguments))
        case "println": return .string(arguments.map(text).joined(separator: " ") + "\n")
        case "printf": return .string(GoFormatter.format(try string(arguments[0]), Array(arguments.dropFirst())))
        case "html": return .string(TextEscapes.html(print(arguments)))
        case "js": return .string(TextEscapes.javaScript(print(arguments)))
        case "urlquery": return .string(TextEscapes.urlQuery(print(arguments)))
        case "eq", "ne", "lt", "le", "gt", "ge": return .bool(try Comparison.call(name, arguments))
        case "json": return .string(values[0].serializedString())
        case "join": return try join(arguments)
        case "split": return try split(arguments)
        case "lower": return .string(try string(arguments[0]).lowercased())
        case "upper": return .string(try string(arguments[0]).uppercased())
        case "title": return .string(title(try string(arguments[0])))
        case "pad": return try pad(arguments)
        case "truncate":
            let count = try integer(arguments[1])
            let text = try string(arguments[0])
            return .string(count < 0 ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(count))))
        default: throw Problem(message: "function not defined")
        }
    }

    /// The type of the result of `index`.
    static func shapeOfElement(_ arguments: [TemplateValue]) -> TemplateShape {
        arguments.dropFirst().reduce(arguments.first?.shape ?? .any) { shape, _ in shape.element }
    }

    // MARK: Arguments

    private static func string(_ value: TemplateValue) throws(Problem) -> String {
        if case .string(let text) = value.json { return text }
        if value.json.isNull { throw Problem(message: "invalid value; expected string") }
        throw Problem(message: "wrong type for value; expected string; got \(value.typeName)")
    }

    private static func integer(_ value: TemplateValue) throws(Problem) -> Int {
        guard case .integer(let number) = value.json, let count = Int(exactly: number) else {
            throw Problem(message: "wrong type for value; expected int; got \(value.typeName)")
        }
        return count
    }

    // MARK: Collections

    private static func length(_ value: TemplateValue) throws(Problem) -> JSONValue {
        switch value.json {
        case .string(let text): return .integer(Int64(text.utf8.count))
        case .array(let values): return .integer(Int64(values.count))
        case .object(let object): return .integer(Int64(object.count))
        case .null where !value.isMissing: return .integer(0)
        case .null: throw Problem(message: "len of nil pointer")
        default: throw Problem(message: "len of type \(value.typeName)")
        }
    }

    private static func index(_ arguments: [TemplateValue]) throws(Problem) -> JSONValue {
        var value = arguments[0]
        for key in arguments.dropFirst() {
            switch value.json {
            case .array(let values): value = TemplateValue(values[try position(key, in: values.count)])
            case .string(let text):
                let bytes = Array(text.utf8)
                value = TemplateValue(.integer(Int64(bytes[try position(key, in: bytes.count)])))
            case .object(let object):
                guard case .string(let name) = key.json else {
                    throw Problem(message: "value has type \(key.typeName); should be string")
                }
                // As in a Go map of strings, a missing key yields an empty string.
                let isText = object.values.allSatisfy { $0.string != nil }
                value = TemplateValue(object[name] ?? (isText ? .string("") : .null), value.shape.element)
            case .null: throw Problem(message: "index of untyped nil")
            default: throw Problem(message: "can't index item of type \(value.typeName)")
            }
        }
        return value.json
    }

    private static func position(_ key: TemplateValue, in count: Int) throws(Problem) -> Int {
        guard case .integer(let number) = key.json else {
            throw Problem(message: "cannot index slice/array with type \(key.typeName)")
        }
        guard number >= 0, number < count else { throw Problem(message: "index out of range: \(number)") }
        return Int(number)
    }

    private static func slice(_ arguments: [TemplateValue]) throws(Problem) -> JSONValue {
        func bounds(_ count: Int) throws(Problem) -> Range<Int> {
            var limits = [0, count, count]
            for (place, argument) in arguments.dropFirst().enumerated() { limits[place] = try integer(argument) }
            for limit in limits where limit < 0 || limit > count {
                throw Problem(message: "index out of range: \(limit)")
            }
            guard limits[0] <= limits[1] else {
                throw Problem(message: "invalid slice index: \(limits[0]) > \(limits[1])")
            }
            return limits[0]..<limits[1]
        }
        switch arguments[0].json {
        case .string(let text):
            let bytes = Array(text.utf8)
            return .string(String(decoding: bytes[try bounds(bytes.count)], as: UTF8.self))
        case .array(let values): return .array(Array(values[try bounds(values.count)]))
        case .null: throw Problem(message: "slice of untyped nil")
        default: throw Problem(message: "can't slice item of type \(arguments[0].typeName)")
        }
    }

    // MARK: Text

    /// Go's Sprint: a space between two operands unless one of them is a string.
    private static func print(_ values: [TemplateValue]) -> String {
        var result = ""
        for (index, value) in values.enumerated() {
            if index > 0, value.json.string == nil, values[index - 1].json.string == nil { result += " " }
            result += text(value)
        }
        return result
    }

    private static func text(_ value: TemplateValue) -> String { GoPrinter.text(value.json, value.shape) }

    private static func join(_ arguments: [TemplateValue]) throws(Problem) -> JSONValue {
        let separator = try string(arguments[1])
        switch arguments[0].json {
        case .array(let values): return .string(values.map(GoPrinter.text).joined(separator: separator))
        case .null: return ""
        default: throw Problem(message: "wrong type for value; expected []string; got \(arguments[0].typeName)")
        }
    }

    private static func split(_ arguments: [TemplateValue]) throws(Problem) -> JSONValue {
        let text = Array(try string(arguments[0]).utf8)
        let separator = Array(try string(arguments[1]).utf8)
        guard !separator.isEmpty else {
            return .array(String(decoding: text, as: UTF8.self).unicodeScalars.map { .string(String($0)) })
        }
        var parts: [JSONValue] = []
        var start = 0
        var position = 0
        while position + separator.count <= text.count {
            if text[position..<(position + separator.count)].elementsEqual(separator) {
                parts.append(.string(String(decoding: text[start..<position], as: UTF8.self)))
                position += separator.count
                start = position
            } else {
                position += 1
            }
        }
        return .array(parts + [.string(String(decoding: text[start...], as: UTF8.self))])
    }

    /// Capitalizes the first letter of each word.
    private static func title(_ text: String) -> String {
        var result = ""
        var isStart = true
        for character in text {
            result += isStart ? character.uppercased() : String(character)
            isStart = !(character.isLetter || character.isNumber || character == "_" || character == "'")
        }
        return result
    }

    private static func pad(_ arguments: [TemplateValue]) throws(Problem) -> JSONValue {
        let text = try string(arguments[0])
        guard !text.isEmpty else { return "" }
        func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, min(count, 1 << 16))) }
        return .string(spaces(try integer(arguments[1])) + text + spaces(try integer(arguments[2])))
    }
}
