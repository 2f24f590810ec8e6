import SeededRandomness
import Testing

@testable import DockerfileSyntax

@Suite struct IgnorePatternsTests {
    // Pattern, path, whether it matches: the table of moby/patternmatcher's behaviour.
    @Test(arguments: [
        ("**", "file", true), ("**", "dir/file", true), ("**/", "dir/file", true), ("**/**", "dir/dir/file", true),
        ("dir/**", "dir/file", true), ("dir/**", "dir/a/b", true), ("dir/**", "dir", false), ("**/dir", "dir", true),
        ("**/dir", "dir/file", true), ("**/dir2/*", "dir/dir2/file", true), ("**/dir2/**", "dir/dir2/a/b", true),
        ("**file", "file", true), ("**file", "dir/xfile", true), ("**/file", "dir/file", true),
        ("**/file", "xfile", false),
        ("**/*.txt", "a/b.txt", true), ("a**/*.txt", "a/file.txt", true), ("a**/*.txt", "a/dir/file.txt", true),
        ("a[b-d]e", "ae", false), ("a[b-d]e", "ace", true), ("a[b-d]e", "aae", false), ("a[^b-d]e", "aze", true),
        (".*", ".foo", true), (".*", "foo", false), ("abc.def", "abcdef", false), ("abc?def", "abcZdef", true),
        ("abc?def", "abc/def", false), ("a\\\\", "a\\", true), ("a\\*b", "a*b", true), ("a\\*b", "axb", false),
        ("**/foo/bar", "foo/bar", true), ("**/foo/bar", "dir/foo/bar", true), ("**/foo/bar", "dir/dir2/foo/bar", true),
        ("abc/**", "abc", false), ("abc/**", "abc/def/ghi", true), ("**/.foo", ".foo", true),
        ("**/.foo", "bar.foo", false),
        ("*", "a/b", true), ("*/b", "a/b", true), ("*/b", "b", false), ("/a", "a", true), ("a/", "a/b", true),
        ("./a", "a", true), ("a/../b", "b", true), ("a//b", "a/b", true), ("a/b", "a", false), ("A", "a", false),
        ("[é]", "é", true), ("?", "é", true), ("a", "ab", false), ("a", "a/x/y", true),
    ])
    func table(pattern: String, path: String, expected: Bool) throws {
        let patterns = try IgnorePatterns(patterns: [pattern])
        #expect(patterns.matches(path) == expected, "\(pattern) on \(path)")
        #expect(walk(patterns, path) == expected, "walking: \(pattern) on \(path)")
    }

    /// The result for a walker that descends directory by directory.
    func walk(_ patterns: IgnorePatterns, _ path: String) -> Bool {
        var parent: IgnorePatterns.ParentMatches?
        var isIgnored = false
        var current = ""
        for part in path.split(separator: "/") {
            current += current.isEmpty ? String(part) : "/\(part)"
            (isIgnored, parent) = patterns.evaluate(current, below: parent)
        }
        return isIgnored
    }

    @Test func lastMatchWins() throws {
        let patterns = try IgnorePatterns(
            parsing: Array(
                "\u{feff}# comment\n\n *.md \r\n!README.md\n  !docs/**\nREADME-secret.md\n#x\nbuild\n!build/keep\n".utf8
            ),
            file: ".dockerignore")
        #expect(patterns.hasExceptions)
        for (path, expected) in [
            ("a.md", true), ("README.md", false), ("README-secret.md", true), ("docs/a.md", false), ("build", true),
            ("build/x", true), ("build/keep", false), ("build/keep/y", false), ("src/a.md", false), ("#x", false),
        ] {
            #expect(patterns.matches(path) == expected, "\(path)")
            #expect(walk(patterns, path) == expected, "walking \(path)")
        }
    }

    @Test(arguments: [
        (["*", "!a/b"], "a", true), (["*", "!a/b"], "c", false), (["*", "!a/b"], "a/b", true),
        (["*", "!a/b"], "a/c", false),
        (["*", "!a/b"], "a/b/c", true), (["*", "!**/x"], "anything/at/all", true), (["*", "!a/**/x"], "b", false),
        (["*", "!a/**/x"], "a/q", true), (["*", "!*/x"], "b", true), (["*", "!*.d/x"], "b", false), (["*"], "a", false),
    ])
    func pruning(texts: [String], directory: String, expected: Bool) throws {
        #expect(try IgnorePatterns(patterns: texts).couldContainExceptionBelow(directory) == expected)
    }

    @Test func malformedPatterns() {
        for pattern in ["[", "a[", "[]", "[-]", "[a-", "a\\", "!"] {
            #expect(throws: IgnorePatterns.MalformedPattern.self) { try IgnorePatterns(patterns: [pattern]) }
        }
        let diagnostic = #expect(throws: Diagnostic.self) {
            try IgnorePatterns(parsing: Array("a\nb[\n".utf8), file: ".dockerignore")
        }
        #expect(diagnostic?.description == ".dockerignore:2:1: error: syntax error in pattern \"b[\"")
    }

    @Test func pruningNeverHidesAnException() throws {
        var random = SeededGenerator(seed: 11)
        let parts = ["a", "b", "*", "**", "a*", "?", "[ab]", "ab"]
        for _ in 0..<2000 {
            let texts = (0..<3).map { _ in
                (Bool.random(using: &random) ? "!" : "")
                    + (0..<Int.random(in: 1...3, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
                    .joined(separator: "/")
            }
            let patterns = try IgnorePatterns(patterns: ["*"] + texts)
            let names = (0..<4).map { _ in ["a", "b", "ab", "c"].randomElement(using: &random) ?? "" }
            let path = names.joined(separator: "/")
            #expect(patterns.matches(path) == walk(patterns, path))
            guard !patterns.matches(path) else { continue }
            for count in 1..<names.count {
                let parent = names.prefix(count).joined(separator: "/")
                #expect(
                    !patterns.matches(parent) || patterns.couldContainExceptionBelow(parent),
                    "\(texts) \(parent) \(path)")
            }
        }
    }

    @Test func wildcardPatterns() throws {
        let pattern = try #require(WildcardPattern("src/*.[ch]"))
        #expect(pattern.matches("src/a.c") && !pattern.matches("src/x/a.c") && !pattern.matches("a.c"))
        #expect(pattern.components?.count == 2 && pattern.literal == nil)
        #expect(WildcardPattern("a\\*b")?.literal == "a*b")
        #expect(WildcardPattern("a**b")?.matches("axyb") == true)
        #expect(WildcardPattern("[") == nil)
        #expect(WildcardPattern.hasWildcards("a*") && !WildcardPattern.hasWildcards("a\\*"))
    }
}
