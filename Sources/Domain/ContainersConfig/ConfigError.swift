/// A configuration file, variable or option that cannot be read, understood or obeyed.
///
/// `description` is one line: `FILE:LINE:COLUMN: what is wrong`, without the parts that are unknown.
package struct ConfigError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of trouble it is, for callers that react differently.
    package enum Code: String, Sendable {
        /// The file exists but cannot be read.
        case unreadable
        /// A file that was asked for by name does not exist.
        case notFound
        /// The file is not TOML or not JSON.
        case syntax
        /// A value has the wrong type or is out of its range.
        case invalidValue
        /// A valid value that this tool does not implement.
        case unsupported
        /// The signature policy does not accept the image.
        case refused
    }

    /// The kind of trouble.
    package let code: Code
    /// The file that it comes from, where there is one.
    package let file: String?
    /// The line in that file, from 1.
    package let line: Int?
    /// The byte in that line, from 1.
    package let column: Int?
    /// What is wrong, lower case first, without a trailing period.
    package let message: String

    /// An error about `message`, found in `file` at `line` and `column`.
    package init(_ code: Code, _ message: String, file: String? = nil, line: Int? = nil, column: Int? = nil) {
        self.code = code
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `FILE:LINE:COLUMN: message`.
    package var description: String {
        guard let file else { return message }
        let place = [line, column].prefix { $0 != nil }.compactMap { $0.map { ":\($0)" } }.joined()
        return "\(file)\(place): \(message)"
    }
}
