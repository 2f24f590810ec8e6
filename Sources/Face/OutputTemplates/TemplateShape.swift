import JSONText

/// The Go type that a JSON value had: templates print structures, maps and durations differently, and a structure has
/// all of its fields where the JSON omits empty ones.
package indirect enum TemplateShape: Sendable {
    /// As in the JSON; objects are maps.
    case any
    case text
    case number
    case flag
    /// Nanoseconds, printed as `1m30s`.
    case duration
    /// RFC 3339 in the JSON, printed as Go prints times.
    case time
    case list(TemplateShape)
    case map(TemplateShape)
    /// A pointer: nil where the JSON has nothing.
    case optional(TemplateShape)
    /// `type` is its name in errors.
    case structure(type: String, [Field])

    /// A field of a structure.
    package struct Field: Sendable {
        let key: String
        let name: String
        let shape: TemplateShape

        /// A field whose name equals the JSON key, ignoring case and underscores.
        package init(_ key: String, _ shape: TemplateShape) {
            self.init(key, key, shape)
        }

        /// A field `name` for the JSON key `key`.
        package init(_ key: String, _ name: String, _ shape: TemplateShape) {
            self.key = key
            self.name = name
            self.shape = shape
        }
    }
}

extension TemplateShape {
    /// The value of a field that the JSON omits.
    var zero: JSONValue {
        switch self {
        case .any, .optional: .null
        case .text, .time: ""
        case .number, .duration: 0
        case .flag: false
        case .list: .array([])
        case .map, .structure: .object(JSONObject())
        }
    }

    /// The shape of the elements of a list or map.
    var element: TemplateShape {
        switch self {
        case .list(let element), .map(let element): element
        case .optional(let shape): shape.element
        default: .any
        }
    }

    /// The fields of a structure; nil for all other shapes.
    var fields: [Field]? {
        switch self {
        case .structure(_, let fields): fields
        case .optional(let shape): shape.fields
        default: nil
        }
    }

    /// Whether values print differently from their JSON.
    var hasGoFormat: Bool {
        switch self {
        case .any, .text, .number, .flag: false
        default: true
        }
    }

    /// Go's name for the type; nil when it depends on the value.
    package var typeName: String? {
        switch self {
        case .structure(let type, _): type
        case .optional(let shape): shape.typeName.map { "*\($0)" }
        default: nil
        }
    }

    /// The field with that name.
    func field(_ name: String) -> Field? {
        guard let fields else { return nil }
        let wanted = JSONObject.folded(name)
        return fields.first { $0.name == name } ?? fields.first { JSONObject.folded($0.name) == wanted }
    }
}

extension GoPrinter {
    /// `%v` of a value with a known Go type.
    static func text(_ value: JSONValue, _ shape: TemplateShape) -> String {
        switch (shape, value) {
        case (.optional, .null): return "<nil>"
        case (.optional(let inner), _): return text(value, inner)
        case (.structure(_, let fields), _):
            let object = value.object ?? JSONObject()
            return "{" + fields.map { text(member($0, of: object), $0.shape) }.joined(separator: " ") + "}"
        case (.list, .null): return "[]"
        case (.list(let element), .array(let values)):
            return "[" + values.map { text($0, element) }.joined(separator: " ") + "]"
        case (.map, .null): return "map[]"
        case (.map(let element), .object(let object)):
            return "map[" + sortedPairs(object).map { "\($0.key):\(text($0.value, element))" }.joined(separator: " ")
                + "]"
        case (.duration, .integer(let nanoseconds)): return duration(nanoseconds)
        case (.time, .string(let time)): return self.time(time)
        case (.text, .null), (.time, .null): return ""
        default: return text(value)
        }
    }

    /// The value of a structure's field, or the type's zero value where the object lacks it.
    static func member(_ field: TemplateShape.Field, of object: JSONObject) -> JSONValue {
        guard let value = object[field.key], !value.isNull else { return field.shape.zero }
        return value
    }

    /// The format of Go's time.Duration: `1h0m5s`, `1.5s`, `20ms`.
    static func duration(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let total = nanoseconds.magnitude
        for (unit, size) in [("ns", UInt64(1)), ("µs", 1000), ("ms", 1_000_000)] where total < size * 1000 {
            return sign + decimal(total, size) + unit
        }
        let second: UInt64 = 1_000_000_000
        let minutes = total / second / 60
        var text = minutes >= 60 ? "\(minutes / 60)h" : ""
        if minutes > 0 { text += "\(minutes % 60)m" }
        return sign + text + decimal(total % (60 * second), second) + "s"
    }

    /// `count / unit` without trailing zeros.
    private static func decimal(_ count: UInt64, _ unit: UInt64) -> String {
        var rest = count % unit
        var text = "\(count / unit)"
        guard rest > 0 else { return text }
        text += "."
        var place = unit / 10
        while rest > 0, place > 0 {
            text += "\(rest / place)"
            rest %= place
            place /= 10
        }
        return text
    }

    /// `2024-01-02T03:04:05Z` as `2024-01-02 03:04:05 +0000 UTC`.
    private static func time(_ text: String) -> String {
        guard let middle = text.firstIndex(of: "T") else { return text }
        let day = text[..<middle]
        let rest = text[text.index(after: middle)...]
        if rest.hasSuffix("Z") { return "\(day) \(rest.dropLast()) +0000 UTC" }
        guard let sign = rest.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return "\(day) \(rest)" }
        let zone = rest[sign...].filter { $0 != ":" }
        return "\(day) \(rest[..<sign]) \(zone) \(zone)"
    }
}
