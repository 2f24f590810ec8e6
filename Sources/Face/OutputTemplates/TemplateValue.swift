import JSONText

/// A value during the execution of a template.
struct TemplateValue: Sendable {
    var json: JSONValue
    /// The key does not exist: printed as `<no value>`.
    var isMissing = false
    /// An object whose keys are data (labels, options), where a missing key is not an error.
    var isMap = false
    /// The Go type, if the caller has specified it.
    var shape = TemplateShape.any

    init(_ json: JSONValue, _ shape: TemplateShape = .any) {
        self.json = json
        self.shape = shape
    }

    static let missing: TemplateValue = {
        var value = TemplateValue(.null)
        value.isMissing = true
        return value
    }()

    /// The truth value for `if`: anything but false, zero, nil and the empty.
    var isTrue: Bool {
        if shape.fields != nil { return !json.isNull }
        return switch json {
        case .null: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .unsigned(let value): value != 0
        case .double(let value): value != 0
        case .string(let value): !value.isEmpty
        case .array(let values): !values.isEmpty
        case .object(let object): !object.isEmpty
        }
    }

    /// Go's name for the type.
    var typeName: String {
        if let name = shape.typeName { return name }
        return switch json {
        case .null: "<nil>"
        case .bool: "bool"
        case .integer: "int"
        case .unsigned: "uint64"
        case .double: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    /// The output of an action.
    var printed: String { isMissing ? "<no value>" : GoPrinter.text(json, shape) }
}

extension JSONObject {
    /// The value of a field: the exact key, otherwise the one key that differs only in case and underscores (Go's field
    /// names are `CreatedAt` where the JSON keys may be `created_at`).
    func field(_ name: String) -> (key: String, value: JSONValue)? {
        if let value = self[name] { return (name, value) }
        let wanted = Self.folded(name)
        guard let key = keys.first(where: { Self.folded($0) == wanted }), let value = self[key] else { return nil }
        return (key, value)
    }

    /// A name without the differences between Go's and JSON's spellings.
    static func folded(_ name: String) -> String { name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != "." } }
}
