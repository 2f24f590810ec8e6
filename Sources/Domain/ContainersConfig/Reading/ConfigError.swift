/// A configuration file, variable or option that cannot be read, parsed or applied.
///
/// `description` is one line: `FILE:LINE:COLUMN: what is wrong`, without the parts that are unknown.
package struct ConfigError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of error, for callers that distinguish them.
    package enum Code: String, Sendable {
        /// The file exists but cannot be read.
        case unreadable
        /// An explicitly specified file does not exist.
        case notFound
        /// The file is not valid TOML or JSON.
        case syntax
        /// A value has the wrong type or is out of range.
        case invalidValue
        /// A valid value that this tool does not implement.
        case unsupported
        /// The signature policy does not accept the image.
        case refused
    }

    /// The kind of error.
    package let code: Code
    /// The file that contains the error, if any.
    package let file: String?
    /// The line in that file, from 1.
    package let line: Int?
    /// The byte within that line, from 1.
    package let column: Int?
    /// The problem, starting in lower case, without a trailing period.
    package let message: String

    /// Creates an error with this `message`, located in `file` at `line` and `column`.
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
