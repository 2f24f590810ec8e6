/// A place in a TOML text.
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

/// Why a text is not the TOML document that it should be.
package struct TOMLError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The class of failure, for callers that tell them apart.
    package enum Kind: Sendable, Equatable {
        /// The text breaks the grammar of TOML 1.0.
        case syntax
        /// The text is not UTF-8.
        case encoding
        /// A key or table that the text defines twice, or extends where TOML does not allow it.
        case redefinition
        /// A date, time or number that does not exist or cannot be held.
        case outOfRange
        /// Tables and arrays are nested deeper than the caller allows.
        case tooDeep
        /// The text is larger than the caller allows.
        case tooLarge
    }

    /// The class of failure.
    package let kind: Kind
    /// What is wrong, lower case first, without the place; control characters and long pieces of the text are not in it.
    package let message: String
    /// Where in the text.
    package let position: TOMLPosition

    /// `line L, column C: message`.
    package var description: String { "line \(position.line), column \(position.column): \(message)" }
}
