/// A position in a TOML text.
package struct TOMLPosition: Sendable, Equatable {
    /// The line, from one.
    package let line: Int
    /// The byte within the line, from one.
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// The reason why a text is not a valid TOML document.
package struct TOMLError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of error, for callers that distinguish them.
    package enum Kind: Sendable, Equatable {
        /// The text violates the grammar of TOML 1.0.
        case syntax
        /// The text is not UTF-8.
        case encoding
        /// A key or table is defined twice, or extended where TOML does not allow it.
        case redefinition
        /// A date or time that does not exist, or a number that cannot be represented.
        case outOfRange
        /// Tables and arrays are nested more deeply than the caller allows.
        case tooDeep
        /// The text is larger than the caller allows.
        case tooLarge
    }

    /// The kind of error.
    package let kind: Kind
    /// The problem, starting in lower case, without the position; contains no control characters or long parts of the
    /// text.
    package let message: String
    /// The position in the text.
    package let position: TOMLPosition

    /// `line L, column C: message`.
    package var description: String { "line \(position.line), column \(position.column): \(message)" }
}
