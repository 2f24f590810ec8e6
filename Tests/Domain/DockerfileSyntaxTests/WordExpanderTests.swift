import Testing

@testable import DockerfileSyntax

@Suite struct WordExpanderTests {
    static let variables = [
        "V": "value", "E": "", "P": "/a/b/c.tar.gz", "W": "one two", "N": "1.2.3", "Q": "'\"$V", "S": "a*b",
        "L": "two\nlines",
    ]

    @Test(arguments: [
        ("plain", "plain"), ("$V", "value"), ("x${V}y", "xvaluey"), ("$V.x", "value.x"), ("$NOPE", ""), ("${NOPE}", ""),
        ("${V:-w}", "value"), ("${E:-w}", "w"), ("${E-w}", ""), ("${NOPE-w}", "w"), ("${NOPE:-$V}", "value"),
        ("${V:+w}", "w"), ("${E:+w}", ""), ("${E+w}", "w"), ("${NOPE+w}", ""), ("${NOPE:-}", ""),
        ("${NOPE:-a${NOPE:-b${V}}}", "abvalue"), ("${V:?bad}", "value"), ("${E?bad}", ""),
        ("${P#*/}", "a/b/c.tar.gz"), ("${P##*/}", "c.tar.gz"), ("${P%.*}", "/a/b/c.tar"), ("${P%%.*}", "/a/b/c"),
        ("${P#nope}", "/a/b/c.tar.gz"), ("${V#v?l}", "ue"), ("${S%\\*b}", "a"), ("${V%%*}", ""), ("${V##}", "value"),
        ("${N/./-}", "1-2.3"), ("${N//./-}", "1-2-3"), ("${V/a*u/X}", "vXe"), ("${V//*/X}", "X"), ("${E//*/X}", "X"),
        ("${P//\\//_}", "_a_b_c.tar.gz"), ("${N//./}", "123"), ("${V/l/$N}", "va1.2.3ue"), ("${V//?/x}", "xxxxx"),
        ("${P/\\//\\/}", "\\/a/b/c.tar.gz"), ("${V///-}", "-v-a-l-u-e-"), ("${V//x*/-}", "value"),
        ("${V/l/\\}}", "va\\}ue"),
        ("${V//l*/\"-\"}", "va-"), ("${L%%e*}", "two\nlin"), ("${L#*e}", "two\nlines"), ("$Vé", ""),
        ("${V}é", "valueé"),
        ("'$V'", "$V"), ("\"$V\"", "value"), ("\"a'b\"", "a'b"), ("'a\"b'", "a\"b"), ("\\$V", "$V"), ("\"\\$V\"", "$V"),
        ("\"\\n\\\"\"", "\\n\""), ("a\\ b", "a b"), ("a\\", "a"), ("$", "$"), ("$$V", "V"), ("${$}x", "x"),
        ("${$:-w}", "w"), ("${+w}x", "x"), ("a$.b", "a$.b"),
        ("$Q", "'\"$V"), ("${1}", ""), ("$1x", "x"), ("", ""), ("''", ""), ("é$V", "évalue"), ("$W", "one two"),
    ])
    func expands(word: String, expected: String) throws {
        #expect(try WordExpander().expand(word, variables: Self.variables).value == expected)
    }

    @Test(arguments: [
        ("${V", "syntax error: missing '}'"), ("${", "syntax error: missing '}'"),
        ("${V:", "syntax error: missing '}'"),
        ("${V:-x", "syntax error: missing '}'"), ("${}", "syntax error: bad substitution"),
        ("${:x}", "syntax error: bad substitution"), ("${{V}}", "syntax error: bad substitution"),
        ("${V^^}", "unsupported modifier (^) in substitution"),
        ("${V:#x}", "unsupported modifier (:#) in substitution"),
        ("${V/a}", "syntax error: missing '}'"),
        ("${NOPE:?}", "NOPE: is not allowed to be unset"), ("${E:?}", "E: is not allowed to be empty"),
        ("${NOPE?need it}", "NOPE: need it"),
        ("'abc", "unexpected end of statement while looking for matching single-quote"),
        ("\"abc", "unexpected end of statement while looking for matching double-quote"),
        ("${V%\\l}", "invalid pattern (\\l) in substitution: a backslash can only escape * ? \\ / }"),
        ("\"abc\\", "unexpected end of statement while looking for matching double-quote"),
    ])
    func failures(word: String, message: String) {
        let failure = #expect(throws: WordExpander.Failure.self) {
            try WordExpander().expand(word, variables: Self.variables)
        }
        #expect(failure?.message == message)
    }

    @Test func reportsWhatWasUsed() throws {
        let expansion = try WordExpander().expand("$V ${NOPE:-$N} '$P'", variables: Self.variables)
        #expect(expansion.used == ["V", "N"])
        #expect(expansion.unset == ["NOPE"])
    }

    @Test(arguments: [
        ("80 $W", ["80", "one", "two"]), ("\"$W\"", ["one two"]), ("a\\ b c", ["a b", "c"]), ("$E", []),
        ("  x  ", ["x"]),
        ("${NOPE:-a b}", ["a", "b"]),
    ])
    func words(word: String, expected: [String]) throws {
        #expect(try WordExpander().expandToWords(word, lookup: { Self.variables[$0] }).words == expected)
    }

    @Test func backtickAsEscape() throws {
        let expander = WordExpander(escape: "`")
        #expect(try expander.expand("c:\\x`$V\\$V", variables: Self.variables).value == "c:\\x$V\\value")
    }

    @Test func keepsUnsetOnRequest() throws {
        var expander = WordExpander()
        expander.keepsUnset = true
        #expect(try expander.expand("$V $A ${A} ${A:-x}", variables: Self.variables).value == "value $A ${A} ${A:-x}")
    }

    @Test func limitsSizeAndDepth() {
        let deep = String(repeating: "${A:-", count: 5000)
        #expect(throws: WordExpander.Failure.self) { try WordExpander().expand(deep, variables: [:]) }
        let big = ["V": String(repeating: "x", count: 10_000)]
        #expect(throws: WordExpander.Failure.self) {
            try WordExpander().expand(String(repeating: "$V", count: 200), variables: big)
        }
        let pattern = "${V%%" + String(repeating: "*?", count: 9000) + "}"
        _ = try? WordExpander().expand(pattern, variables: big)
    }
}
