/// Expands variables and removes quotes in the words of a Dockerfile by Docker's rules, a subset of a shell's.
///
/// Supports `$V ${V} ${V:-w} ${V-w} ${V:+w} ${V+w} ${V:?e} ${V?e} ${V#p} ${V##p} ${V%p} ${V%%p} ${V/p/r} ${V//p/r}`,
/// single quotes (everything literal), double quotes (variables are expanded) and the escape character. Values are not
/// expanded again.
package struct WordExpander: Sendable {
    /// Why a word cannot be expanded.
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// A one-line message.
        package let message: String
        /// The message.
        package var description: String { message }
    }

    /// The result of an expansion.
    package struct Expansion: Sendable, Equatable {
        /// The expanded text.
        package internal(set) var value = ""
        /// Names of variables that were looked up and are set.
        package internal(set) var used: Set<String> = []
        /// Names of variables that were looked up and are unset.
        package internal(set) var unset: Set<String> = []
    }

    /// The escape character; a backslash or a backtick.
    package let escape: Character
    /// Keeps unset variables as written, where Docker inserts nothing.
    package var keepsUnset = false
    /// The maximum size of a result in bytes.
    package var maximumSize = 1 << 20
    /// The maximum nesting depth of `${a:-${b:-...}}`.
    package var maximumDepth = 32

    /// An expander for a file with this escape character.
    package init(escape: Character = "\\") {
        self.escape = escape
    }

    /// Expands `word` to one word; white space has no meaning. `lookup` returns the value of a variable, nil if it is
    /// unset.
    package func expand(
        _ word: String, lookup: @escaping (String) -> String?
    ) throws(Failure) -> Expansion {
        var run = ExpansionRun(self, word, lookup: lookup)
        return try run.expandAll().expansion
    }

    /// As `expand`, with the variables in a dictionary.
    package func expand(_ word: String, variables: [String: String]) throws(Failure) -> Expansion {
        try expand(word, lookup: { variables[$0] })
    }

    /// Expands `word` and splits the result at white space that is neither quoted nor escaped, as EXPOSE requires.
    package func expandToWords(
        _ word: String, lookup: @escaping (String) -> String?
    ) throws(Failure) -> (words: [String], expansion: Expansion) {
        var run = ExpansionRun(self, word, lookup: lookup)
        return try run.expandAll()
    }

    /// Expands a word of a file; a failure becomes a diagnostic with the word's location.
    package func expand(
        _ word: Word, in file: String, lookup: @escaping (String) -> String?
    ) throws(Diagnostic) -> Expansion {
        do {
            return try expand(word.text, lookup: lookup)
        } catch {
            throw Diagnostic(
                file: file, range: word.range,
                "failed to process \(word.text.quotedForMessage): \(error.message)")
        }
    }

    /// Expands the content of a heredoc: variables are expanded, quotes have no meaning, and a backslash stands for
    /// the character after it, whatever the file's escape character is. A heredoc with a quoted name is literal.
    package func expand(_ heredoc: Heredoc, lookup: @escaping (String) -> String?) throws(Failure) -> Expansion {
        guard heredoc.expands else {
            var literal = Expansion()
            literal.value = heredoc.content
            return literal
        }
        var expander = WordExpander()
        expander.maximumSize = maximumSize
        var run = ExpansionRun(expander, heredoc.content, lookup: lookup)
        run.quotesAreLiteral = true
        return try run.expandAll().expansion
    }
}
