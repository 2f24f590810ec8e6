import Testing

@testable import DockerfileSyntax

@Suite struct PatternProgramTests {
    /// One engine, three grammars: what a star and a question mark take differs.
    @Test(arguments: [("a*c", "abc", true), ("a*c", "a/c", false), ("a?c", "a/c", false), ("[a-c]*", "b", true)])
    func fileNamePatternsStopAtSlashes(pattern: String, path: String, fits: Bool) throws {
        #expect(try GlobPattern(pattern, doubleStars: false).matches(path) == fits)
        #expect(try GlobPattern(pattern, doubleStars: true).matches(path) == fits)
    }

    @Test func shellPatternsDoNot() {
        #expect(ShellPattern("*/")?.trimStart(of: "a/b/c", longest: false) == "b/c")
        #expect(ShellPattern("*/")?.trimStart(of: "a/b/c", longest: true) == "c")
        #expect(ShellPattern("/*")?.trimEnd(of: "a/b/c", longest: true) == "a")
        #expect(
            ShellPattern("?b?")?.replacing(in: "a/b/c", with: "-", everywhere: true, limit: 99) == "a-c")
        #expect(ShellPattern("[a]")?.trimStart(of: "[a]b", longest: true) == "b")
        #expect(ShellPattern("x")?.trimStart(of: "abc", longest: true) == "abc")
    }

    @Test func workGrowsWithPatternTimesText() throws {
        let text = String(repeating: "a", count: 4_000)
        let stars = String(repeating: "*a", count: 100)
        var budget = 201 * 4_000 + 4_000
        let program = PatternProgram(
            Array(repeating: [.text, .literal("a")], count: 100).flatMap { $0 } + [.literal("b")])
        #expect(try program.matchLength(at: Array(text.unicodeScalars)[...], longest: true, budget: &budget) == nil)
        #expect(budget >= 0)
        #expect(try !GlobPattern(stars + "b", doubleStars: true).matches(text))
    }

    @Test func whatTakesTooMuchIsGivenUp() throws {
        let text = String(repeating: "a", count: 100_000)
        let pattern = try #require(ShellPattern(String(repeating: "*a", count: 50) + "b"))
        #expect(pattern.trimStart(of: text, longest: true) == nil)
        #expect(pattern.trimEnd(of: text, longest: false) != nil)
        #expect(pattern.replacing(in: text, with: "", everywhere: true, limit: 1 << 20) == nil)
    }
}
