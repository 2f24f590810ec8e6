import JSONText

/// Parses JSON files, with errors that name the file.
enum ConfigJSON {
    /// The value of `bytes`, the content of `file`.
    static func parse(
        _ bytes: [UInt8], file: String, refusesDuplicates: Bool = false
    ) throws(ConfigError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes, refusesDuplicates: refusesDuplicates)
        } catch {
            throw ConfigError(.syntax, "not JSON: \(error)", file: file)
        }
    }
}
