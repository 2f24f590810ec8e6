import Testing

@testable import WorkingContainers

@Suite struct ShellWordsTests {
    @Test(arguments: [
        ("", []), ("  ", []), ("echo hi", ["echo", "hi"]), ("a  b\tc", ["a", "b", "c"]),
        ("echo 'a b' c", ["echo", "a b", "c"]), (#"say "it's" \"x"#, ["say", "it's", "\"x"]),
        ("''", [""]), ("a''b", ["ab"]), (#"a\ b"#, ["a b"]), (#"'a\b'"#, [#"a\b"#]),
        ("a b | c", ["a", "b"]), ("a 'b|c'", ["a", "b|c"]), ("a>b", ["a"]),
    ])
    func wordsEndAtSpacesOutsideOfQuotes(text: String, words: [String]) {
        #expect(ShellWords.split(text) == words)
    }

    @Test(arguments: ["'", "a \"b", #"a\"#, "a (b)"])
    func unterminatedQuoteIsAnError(text: String) {
        #expect(ShellWords.split(text) == nil)
    }
}
