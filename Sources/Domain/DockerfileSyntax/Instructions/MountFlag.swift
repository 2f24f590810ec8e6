/// A `RUN --mount=` flag: `type=bind,from=stage,source=/a,target=/b,ro`.
package struct MountFlag: Sendable, Equatable {
    /// One `key=value` or bare `key`.
    package struct Option: Sendable, Equatable {
        /// In lower case.
        package let key: String
        /// Nil if there is no `=`.
        package let value: String?
    }

    /// As written. Expand it, then split it again with `options(of:)`.
    package let value: Word
    /// The options before variables are expanded.
    package let options: [Option]

    /// The last value of a key before variables are expanded.
    package func value(of keys: String...) -> String? {
        options.last { keys.contains($0.key) }?.value
    }

    /// Splits the text of such a flag: comma-separated fields, each optionally in double quotes as in CSV.
    ///
    /// Nil if the quotes are unbalanced or a key is empty.
    package static func options(of text: String) -> [Option]? {
        var options: [Option] = []
        for field in csvFields(text) ?? [""] {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first, !key.isEmpty else { return nil }
            options.append(Option(key: key.lowercased(), value: parts.count > 1 ? String(parts[1]) : nil))
        }
        return options
    }

    static func csvFields(_ text: String) -> [String]? {
        var fields: [String] = []
        var rest = Array(text.utf8)[...]
        while true {
            var field: [UInt8] = []
            if rest.first == UInt8(ascii: "\"") {
                rest = rest.dropFirst()
                while true {
                    guard let byte = rest.popFirst() else { return nil }
                    if byte == UInt8(ascii: "\"") {
                        guard rest.first == UInt8(ascii: "\"") else { break }
                        rest = rest.dropFirst()
                    }
                    field.append(byte)
                }
            } else {
                field = Array(rest.prefix { $0 != UInt8(ascii: ",") })
                guard !field.contains(UInt8(ascii: "\"")) else { return nil }
                rest = rest.dropFirst(field.count)
            }
            fields.append(String(decoding: field, as: UTF8.self))
            guard let separator = rest.popFirst() else { return fields }
            guard separator == UInt8(ascii: ",") else { return nil }
        }
    }
}
