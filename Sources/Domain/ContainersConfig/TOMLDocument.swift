import TOMLKit

/// A value of a TOML document. Dates and times are not used by any of the files and read as `.other`.
indirect enum TOMLNode: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case double(Double)
    case bool(Bool)
    case array([TOMLNode])
    case table([String: TOMLNode])
    case other

    /// What to call the value's type in a message.
    var kind: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .double: "a number"
        case .bool: "a boolean"
        case .array: "an array"
        case .table: "a table"
        case .other: "a date or time"
        }
    }
}

/// TOML text as a tree of values. This is the only place that knows the parser.
enum TOMLDocument {
    /// The root table of `bytes`; `file` is named in errors, with the line where the text stops being TOML.
    static func parse(_ bytes: [UInt8], file: String) throws(ConfigError) -> ConfigTable {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw ConfigError(.syntax, "not UTF-8 text", file: file)
        }
        do {
            return ConfigTable(file: file, path: "", values: values(of: try TOMLTable(string: text)))
        } catch let error as TOMLParseError {
            throw ConfigError(.syntax, message(error), file: file, line: error.source.begin.line)
        } catch {
            throw ConfigError(.syntax, "not TOML", file: file)
        }
    }

    private static func message(_ error: TOMLParseError) -> String {
        guard let first = error.description.first else { return "not TOML" }
        return "not TOML: " + first.lowercased() + error.description.dropFirst()
    }

    private static func values(of table: TOMLTable) -> [String: TOMLNode] {
        var result: [String: TOMLNode] = [:]
        for (key, value) in table { result[key] = node(value) }
        return result
    }

    private static func node(_ value: any TOMLValueConvertible) -> TOMLNode {
        switch value.type {
        case .string: value.string.map { .string($0) } ?? .other
        case .int: value.int.map { .integer($0) } ?? .other
        case .double: value.double.map { .double($0) } ?? .other
        case .bool: value.bool.map { .bool($0) } ?? .other
        case .array: .array(value.array.map { $0.map { node($0) } } ?? [])
        case .table: .table(value.table.map { values(of: $0) } ?? [:])
        case .date, .time, .dateTime: .other
        }
    }
}
