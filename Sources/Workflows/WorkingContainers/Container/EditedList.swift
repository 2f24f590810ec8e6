import ImageModel

/// How `config` edits lists: one argument at a time.
package enum EditedList {
    /// `NAME=VALUE` sets, `NAME-` removes, `-` removes all.
    package static func change(_ values: inout [String: String], _ text: String) {
        if let equals = text.firstIndex(of: "=") {
            values[String(text[..<equals])] = String(text[text.index(after: equals)...])
        } else if text == "-" {
            values = [:]
        } else if text.hasSuffix("-") {
            values[String(text.dropLast())] = nil
        } else {
            values[text] = ""
        }
    }

    /// `NAME` adds, `NAME-` removes, `-` removes all.
    static func set(
        _ values: [String: ContainerConfig.Empty], _ text: String
    ) -> [String: ContainerConfig.Empty] {
        var values = values
        if text == "-" {
            values = [:]
        } else if text.hasSuffix("-") {
            values[String(text.dropLast())] = nil
        } else {
            values[text] = ContainerConfig.Empty()
        }
        return values
    }

    /// Like `set`, preserving the order.
    package static func features(_ values: [String], _ text: String) -> [String]? {
        if text == "-" { return nil }
        if text.hasSuffix("-") { return values.filter { $0 != text.dropLast() } }
        return values.contains(text) ? values : values + [text]
    }

    /// Expands `$NAME` and `${NAME}`; a name without a value is left as it is.
    static func expand(_ text: String, _ value: (String) -> String?) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "{", let end = rest.firstIndex(of: "}") {
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                result += value(name) ?? name
                rest = rest[rest.index(after: end)...]
            } else {
                let name = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
                result += name.isEmpty ? "$" : value(name) ?? name
                rest = rest.dropFirst(name.count)
            }
        }
        return result + rest
    }
}
