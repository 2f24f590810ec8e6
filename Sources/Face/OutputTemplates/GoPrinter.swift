import JSONText

/// Go's `%v`.
enum GoPrinter {
    /// The default format of a value: `[a b]`, `map[k:v]` with sorted keys, `<nil>`.
    static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .unsigned(let value): String(value)
        case .double(let value): GoFloat.shortest(value)
        case .string(let value): value
        case .array(let values): "[" + values.map(text).joined(separator: " ") + "]"
        case .object(let object):
            "map[" + sortedPairs(object).map { "\($0.key):\(text($0.value))" }.joined(separator: " ") + "]"
        }
    }

    /// The pairs of an object, ordered by the bytes of their keys.
    static func sortedPairs(_ object: JSONObject) -> [(key: String, value: JSONValue)] {
        zip(object.keys, object.values).map { ($0, $1) }.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
