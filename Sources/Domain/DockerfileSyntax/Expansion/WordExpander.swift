/// Expands variables and removes quotes in the words of a Dockerfile by Docker's rules, which are a subset of a
/// shell's.
///
/// Knows `$V ${V} ${V:-w} ${V-w} ${V:+w} ${V+w} ${V:?e} ${V?e} ${V#p} ${V##p} ${V%p} ${V%%p} ${V/p/r} ${V//p/r}`,
/// single quotes (all literal), double quotes (variables are expanded) and the escape character. Values are not
/// expanded again.
package struct WordExpander: Sendable {
    /// Why a word cannot be expanded.
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// One line.
        package let message: String
        /// The message.
        package var description: String { message }
    }

    /// What a word expands to.
    package struct Expansion: Sendable, Equatable {
        /// The result.
        package internal(set) var value = ""
        /// Names of variables that were looked up and have a value.
        package internal(set) var used: Set<String> = []
        /// Names of variables that were looked up and have none.
        package internal(set) var unset: Set<String> = []
    }

    /// Takes away the meaning of the next character; a backslash or a backtick.
    package let escape: Character
    /// Leaves variables without a value as they are written, where Docker puts nothing.
    package var keepsUnset = false
    /// The largest result in bytes.
    package var maximumSize = 1 << 20
    /// How deep `${a:-${b:-...}}` may nest.
    package var maximumDepth = 32

    /// An expander for a file with this escape character.
    package init(escape: Character = "\\") {
        self.escape = escape
    }

    /// Expands `word` to one word; white space means nothing. `lookup` gives the value of a variable, nil if it has
    /// none.
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

    /// Expands `word` and splits the result at white space that is neither quoted nor escaped, as EXPOSE wants it.
    package func expandToWords(
        _ word: String, lookup: @escaping (String) -> String?
    ) throws(Failure) -> (words: [String], expansion: Expansion) {
        var run = ExpansionRun(self, word, lookup: lookup)
        return try run.expandAll()
    }

    /// Expands a word of a file; a failure becomes a diagnostic that points at it.
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

    /// The content of a heredoc: variables are expanded, while quotes mean nothing; a heredoc with a quoted name is
    /// literal.
    package func expand(_ heredoc: Heredoc, lookup: @escaping (String) -> String?) throws(Failure) -> Expansion {
        guard heredoc.expands else {
            var literal = Expansion()
            literal.value = heredoc.content
            return literal
        }
        var run = ExpansionRun(self, heredoc.content, lookup: lookup)
        run.quotesAreLiteral = true
        return try run.expandAll().expansion
    }
}
