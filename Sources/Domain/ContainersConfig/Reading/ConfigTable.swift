import TOMLText

/// A table of a configuration file: typed access with errors that specify the file, the position and the key.
struct ConfigTable: Sendable {
    /// The file from which it was read.
    let file: String
    /// The dotted path of the table in its file; empty for the root.
    let path: String
    /// The entries as in the file.
    let values: TOMLTable

    /// The keys in byte order.
    var keys: [String] { values.entries.map(\.key).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    func string(_ key: String) throws(ConfigError) -> String? {
        switch values[key] {
        case nil: return nil
        case .string(let value): return value
        case let other?: throw wrongType(key, "a string", other)
        }
    }

    func bool(_ key: String) throws(ConfigError) -> Bool? {
        switch values[key] {
        case nil: return nil
        case .boolean(let value): return value
        case let other?: throw wrongType(key, "true or false", other)
        }
    }

    func integer(_ key: String) throws(ConfigError) -> Int? {
        switch values[key] {
        case nil: return nil
        case .integer(let value): return Int(value)
        case let other?: throw wrongType(key, "an integer", other)
        }
    }

    /// A string, or the textual form of a boolean or integer: `ignore_chown_errors = "true"` and `= true`.
    func text(_ key: String) throws(ConfigError) -> String? {
        switch values[key] {
        case nil: return nil
        case .string(let value): return value
        case .boolean(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case let other?: throw wrongType(key, "a string", other)
        }
    }

    func strings(_ key: String) throws(ConfigError) -> [String]? {
        guard let value = values[key] else { return nil }
        guard case .array(let items) = value else { throw wrongType(key, "an array of strings", value) }
        var result: [String] = []
        for item in items {
            guard case .string(let text) = item else { throw wrongType(key, "an array of strings", item) }
            result.append(text)
        }
        return result
    }

    func table(_ key: String) throws(ConfigError) -> ConfigTable? {
        switch values[key] {
        case nil: return nil
        case .table(let values): return ConfigTable(file: file, path: dotted(key), values: values)
        case let other?: throw wrongType(key, "a table", other)
        }
    }

    func tables(_ key: String) throws(ConfigError) -> [ConfigTable] {
        guard let value = values[key] else { return [] }
        guard case .array(let items) = value else { throw wrongType(key, "an array of tables", value) }
        var result: [ConfigTable] = []
        for item in items {
            guard case .table(let values) = item else { throw wrongType(key, "an array of tables", item) }
            result.append(ConfigTable(file: file, path: dotted(key), values: values))
        }
        return result
    }

    /// Creates an error about the value of `key`.
    func invalid(_ key: String, _ message: String) -> ConfigError {
        error(.invalidValue, key, message)
    }

    /// Creates an error with any code about the value of `key`.
    func error(_ code: ConfigError.Code, _ key: String, _ message: String) -> ConfigError {
        let position = values.entry(key)?.position
        return ConfigError(
            code, "\(dotted(key)): \(message)", file: file, line: position?.line, column: position?.column)
    }

    private func dotted(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func wrongType(_ key: String, _ wanted: String, _ found: TOMLValue) -> ConfigError {
        invalid(key, "must be \(wanted), not \(found.kind)")
    }
}
