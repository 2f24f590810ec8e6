extension JSONValue {
    /// Serializes the value as JSON text in the style of Go's `encoding/json`.
    ///
    /// Compact text has no white space; pretty text has `": "` after keys, one member per line, and `{}` and `[]` for
    /// empty objects and arrays; neither ends with a newline. U+2028 and U+2029 are always escaped, as in Go. A
    /// non-finite double, which the parser never produces, is written as `null`.
    ///
    /// - Parameters:
    ///   - indent: what each level of pretty text adds.
    ///   - escapeHTML: whether `<`, `>` and `&` are escaped, Go's default for `json.Marshal`.
    ///   - sortedKeys: whether keys are sorted by their bytes instead of keeping their order.
    package func serialized(
        pretty: Bool = false, indent: String = "    ", escapeHTML: Bool = false, sortedKeys: Bool = false
    ) -> [UInt8] {
        var writer = JSONWriter(
            indent: pretty ? Array(indent.utf8) : nil, escapeHTML: escapeHTML, sortedKeys: sortedKeys)
        writer.write(self)
        return writer.bytes
    }

    /// The output of `serialized(pretty:indent:escapeHTML:sortedKeys:)` as a string.
    package func serializedString(
        pretty: Bool = false, indent: String = "    ", escapeHTML: Bool = false, sortedKeys: Bool = false
    ) -> String {
        let bytes = serialized(pretty: pretty, indent: indent, escapeHTML: escapeHTML, sortedKeys: sortedKeys)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONValue: CustomStringConvertible {
    /// The compact JSON text.
    package var description: String { serializedString() }
}
