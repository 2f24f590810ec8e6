extension JSONValue {
    /// Writes the value as a JSON text in the look of Go's `encoding/json`.
    ///
    /// Compact text has no white space at all; pretty text has `": "` after keys, one member a line, and `{}` and `[]`
    /// for what is empty; neither ends with a newline. U+2028 and U+2029 are always escaped, as Go does. A double that
    /// is not finite, which no parser gives, is written as `null`.
    ///
    /// - Parameters:
    ///   - indent: what each level of a pretty text adds.
    ///   - escapeHTML: whether `<`, `>` and `&` are written as escapes, Go's default for `json.Marshal`.
    ///   - sortedKeys: whether keys are written in the order of their bytes instead of their own.
    package func serialized(
        pretty: Bool = false, indent: String = "    ", escapeHTML: Bool = false, sortedKeys: Bool = false
    ) -> [UInt8] {
        var writer = JSONWriter(
            indent: pretty ? Array(indent.utf8) : nil, escapeHTML: escapeHTML, sortedKeys: sortedKeys)
        writer.write(self)
        return writer.bytes
    }

    /// The text of `serialized(pretty:indent:escapeHTML:sortedKeys:)` as a string.
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
