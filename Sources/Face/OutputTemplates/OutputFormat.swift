package import JSONText

/// The argument of a `--format` flag, ready to print rows.
package struct OutputFormat: Sendable {
    /// The kind of output.
    package enum Kind: Sendable {
        /// `json`: the caller prints its own JSON.
        case json
        /// A template, executed for each row (or once for the list, if it contains `{{range .}}`).
        case template(Template)
        /// `table TEMPLATE`: with a header line and aligned columns.
        case table(Template)
        /// A template whose spaces separate columns, without a header line.
        case columns(Template)
        /// `table` alone: the caller's default table.
        case plainTable
    }

    /// The kind of output.
    package let kind: Kind

    /// Parses `json`, `table`, `table TEMPLATE` and `TEMPLATE`. `\t` and `\n` outside actions mean tab and newline; in
    /// a table, spaces between two actions separate columns. `name` is the template's name in errors.
    ///
    /// - Parameter alignsColumns: whether spaces separate columns in every template, as in Buildah's lists.
    package init(parsing text: String, name: String, alignsColumns: Bool = false) throws(TemplateError) {
        if text == "json" {
            kind = .json
        } else if text.trimmedEnd == "table" {
            kind = .plainTable
        } else if text.hasPrefix("table ") {
            kind = .table(try Template(parsing: Self.unescaped(String(text.dropFirst(6)), isTable: true), name: name))
        } else if alignsColumns {
            kind = .columns(try Template(parsing: Self.unescaped(text, isTable: true), name: name))
        } else {
            kind = .template(try Template(parsing: Self.unescaped(text, isTable: false), name: name))
        }
    }

    /// Renders the rows, each on a line of its own. `headers` overrides headers by field name where the default
    /// (`CreatedAt` -> `CREATED AT`) would be wrong; `isHeaded` false omits the header line.
    ///
    /// Empty for `json` and a plain table, which the caller renders.
    ///
    /// - Parameter shape: the Go type of a row.
    package func render(
        _ rows: [JSONValue], shape: TemplateShape = .any, headers: [String: String] = [:], isHeaded: Bool = true,
        missingFields: Template.MissingFields = .standard, table: TableWriter = TableWriter()
    ) throws(TemplateError) -> String {
        switch kind {
        case .json, .plainTable: return ""
        case .template(let template):
            return try Self.lines(template, rows, shape, missingFields)
        case .columns(let template):
            let text = try Self.lines(template, rows, shape, missingFields)
            guard !text.isEmpty else { return "" }
            var table = table
            table.addText(text)
            return table.rendered()
        case .table(let template):
            var table = table
            if isHeaded { table.addText(try Self.headerLine(template, rows, headers)) }
            let text = try Self.lines(template, rows, shape, missingFields)
            if !text.isEmpty { table.addText(text) }
            return table.rendered()
        }
    }

    private static func lines(
        _ template: Template, _ rows: [JSONValue], _ shape: TemplateShape, _ missingFields: Template.MissingFields
    ) throws(TemplateError) -> String {
        // The template's own last newline counts, not one that a value or `println` ends with.
        let end = template.source.text.hasSuffix("\n") ? "" : "\n"
        if template.rangesOverRows {
            return try template.execute(.array(rows), shape: .list(shape), missingFields: missingFields) + end
        }
        var text = ""
        for row in rows { text += try template.execute(row, shape: shape, missingFields: missingFields) + end }
        return text
    }

    /// The template executed with the names of the fields instead of their values.
    private static func headerLine(
        _ template: Template, _ rows: [JSONValue], _ headers: [String: String]
    ) throws(TemplateError) -> String {
        var object = JSONObject()
        for field in template.fieldNames { object[field] = .string(FieldHeader.text(field)) }
        for field in rows.first?.object?.keys ?? [] { object[field] = .string(FieldHeader.text(field)) }
        for (field, header) in headers.sorted(by: { $0.key < $1.key }) { object[field] = .string(header) }
        let data: JSONValue = template.rangesOverRows ? .array([.object(object)]) : .object(object)
        return try template.execute(data, missingFields: .printNoValue)
    }

    /// Replaces `\t` and `\n`, and in tables spaces by tabs, except in actions.
    static func unescaped(_ text: String, isTable: Bool) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "{"),
            rest[start...].hasPrefix("{{") || rest.index(after: start) < rest.endIndex
        {
            guard rest[start...].hasPrefix("{{") else {
                result += plain(rest[...start], isTable: isTable)
                rest = rest[rest.index(after: start)...]
                continue
            }
            result += plain(rest[..<start], isTable: isTable)
            rest = rest[start...]
            var end = rest.startIndex
            while end < rest.endIndex, !rest[end...].hasPrefix("}}") { end = rest.index(after: end) }
            end = rest.index(end, offsetBy: 2, limitedBy: rest.endIndex) ?? rest.endIndex
            result += rest[..<end]
            rest = rest[end...]
        }
        return result + plain(rest, isTable: isTable)
    }

    private static func plain(_ text: Substring, isTable: Bool) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            if isEscaped {
                result += character == "t" ? "\t" : character == "n" ? "\n" : "\\\(character)"
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(isTable && character == " " ? "\t" : character)
            }
        }
        return isEscaped ? result + "\\" : result
    }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
