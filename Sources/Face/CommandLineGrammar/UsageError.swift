/// The command line does not follow the grammar. The wording is cobra's and pflag's.
package struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake it is.
    package enum Code: Sendable, Equatable {
        case unknownFlag, missingValue, invalidValue, badSyntax, unknownCommand, wrongArgumentCount, unsupported
    }

    /// What kind of mistake it is.
    package let code: Code
    /// One line (for `unknownCommand`: without the suggestions).
    package let message: String
    /// The command that was being parsed, from the program's name on: `["swiftlet", "manifest", "add"]`.
    package let commandPath: [String]
    /// Commands that the user may have meant.
    package let suggestions: [String]

    /// Makes an error about the command `commandPath`.
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
