import TOMLText

/// Parses TOML as a table with typed access. The only caller of the parser.
enum TOMLDocument {
    /// The root table of `bytes`; errors contain `file` and the position of the syntax error.
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
