import TOMLText

/// TOML text as a table with typed access. This is the only place that calls the parser.
enum TOMLDocument {
    /// The root table of `bytes`; `file` is named in errors, with the place where the text stops being TOML.
    static func parse(_ bytes: [UInt8], file: String) throws(ConfigError) -> ConfigTable {
        do {
            return ConfigTable(
                file: file, path: "", values: try TOMLTable(parsing: bytes, maximumSize: ConfigFiles.sizeLimit))
        } catch {
            throw ConfigError(
                .syntax, "not TOML: \(error.message)", file: file, line: error.position.line,
                column: error.position.column)
        }
    }
}
