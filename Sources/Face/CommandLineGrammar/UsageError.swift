/// The command line does not conform to the grammar. The wording is cobra's and pflag's.
package struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of error.
    package enum Code: Sendable, Equatable {
        case unknownFlag, missingValue, invalidValue, badSyntax, unknownCommand, wrongArgumentCount, unsupported
    }

    /// The kind of error.
    package let code: Code
    /// A one-line message (for `unknownCommand`: without the suggestions).
    package let message: String
    /// The command being parsed, beginning with the program's name: `["swiftlet", "manifest", "add"]`.
    package let commandPath: [String]
    /// Commands that the user may have meant.
    package let suggestions: [String]

    /// Creates an error for the command `commandPath`.
    package init(_ code: Code, _ message: String, commandPath: [String], suggestions: [String] = []) {
        self.code = code
        self.message = message
        self.commandPath = commandPath
        self.suggestions = suggestions
    }

    /// The message, followed by "Did you mean this?" and the suggestions, if there are any.
    package var description: String {
        guard !suggestions.isEmpty else { return message }
        return message + "\n\nDid you mean this?\n" + suggestions.map { "\t\($0)\n" }.joined()
    }
}
