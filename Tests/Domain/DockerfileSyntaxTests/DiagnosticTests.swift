import Testing

@testable import DockerfileSyntax

@Suite struct DiagnosticTests {
    @Test(arguments: [
        ("", "Dockerfile: error: the file has no instructions"),
        ("# only\n", "Dockerfile: error: the file has no instructions"),
        ("ARG a\n", "Dockerfile:1:1: error: the file has no FROM instruction"),
        ("RUN x", "Dockerfile:1:1: error: RUN is before the first FROM, where only ARG is allowed"),
        (
            "FROM x\nCOPY --chowm=7 a b",
            "Dockerfile:2:6: error: unknown flag: --chowm (in COPY) (did you mean chown?)"
        ),
        ("FORM x", "Dockerfile:1:1: error: unknown instruction: FORM (did you mean FROM?)"),
        ("FROM x\n  ENTRYPIONT y", "Dockerfile:2:3: error: unknown instruction: ENTRYPIONT (did you mean ENTRYPOINT?)"),
        ("FROM x\nblah", "Dockerfile:2:1: error: unknown instruction: BLAH"),
        ("FROM", "Dockerfile:1:1: error: FROM requires either one or three arguments"),
        ("FROM a b", "Dockerfile:1:6: error: FROM requires either one or three arguments"),
        ("FROM a IS b", "Dockerfile:1:8: error: expected AS before the name of the stage"),
        (
            "FROM a AS 1b",
            "Dockerfile:1:11: error: invalid name for build stage: \"1b\", name can't start with a number or contain symbols"
        ),
        ("FROM --foo=1 a", "Dockerfile:1:6: error: unknown flag: --foo (in FROM)"),
        (
            "FROM a\nCOPY --chown x y",
            "Dockerfile:2:6: error: missing a value on flag: --chown (COPY only supports the --chmod=<permissions> "
                + "--chown=<uid:gid> --from=<image|stage> and the --exclude=<pattern> flags)"
        ),
        ("FROM a\nFROM --platform b", "Dockerfile:2:6: error: missing a value on flag: --platform"),
        ("FROM a\nCOPY --link --link x y", "Dockerfile:2:13: error: duplicate flag specified: --link"),
        ("FROM a\nCOPY --link=maybe x y", "Dockerfile:2:6: error: expecting boolean value for flag --link, not: maybe"),
        ("FROM a\nADD --from=x y z", "Dockerfile:2:5: error: unknown flag: --from (in ADD)"),
        (
            "FROM a\nENV A=1 \\\n  B",
            "Dockerfile:3:3: error: syntax error - can't find = in \"B\". Must be of the form: name=value"
        ),
        ("FROM a\nENV A", "Dockerfile:2:5: error: ENV must have two arguments"),
        ("FROM a\nENV =x", "Dockerfile:2:5: error: ENV names can not be blank"),
        ("FROM a\nLABEL", "Dockerfile:2:1: error: LABEL requires at least one argument"),
        ("FROM a\nCMD", "Dockerfile:2:1: error: CMD requires at least one argument"),
        ("FROM a\nRUN []", "Dockerfile:2:5: error: RUN requires at least one argument"),
        (
            "FROM a\nRUN [1]",
            "Dockerfile:2:5: error: when using JSON array syntax, arrays must be comprised of strings only"
        ),
        ("FROM a\nSHELL x", "Dockerfile:2:7: error: SHELL requires the arguments to be in JSON form"),
        (
            "FROM a\nCOPY x",
            "Dockerfile:2:6: error: COPY requires at least two arguments, but only one was provided. "
                + "Destination could not be determined"
        ),
        ("FROM a\nRUN <<EOF\nx", "Dockerfile:2:5: error: unterminated heredoc: no line \"EOF\""),
        ("FROM a\nCOPY a <<E\nE", "Dockerfile:2:8: error: COPY cannot accept a heredoc as a destination"),
        ("FROM a\nHEALTHCHECK foo", "Dockerfile:2:13: error: unknown type \"FOO\" in HEALTHCHECK (try CMD)"),
        ("FROM a\nHEALTHCHECK --interval=1 CMD x", "Dockerfile:2:24: error: invalid duration \"1\" for --interval"),
        (
            "FROM a\nHEALTHCHECK --interval=1us CMD x",
            "Dockerfile:2:24: error: interval \"1us\" of --interval cannot be less than 1ms"
        ),
        ("FROM a\nHEALTHCHECK CMD", "Dockerfile:2:13: error: missing command after HEALTHCHECK CMD"),
        (
            "FROM a\nONBUILD ONBUILD RUN x",
            "Dockerfile:2:9: error: chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
        ),
        ("FROM a\nONBUILD FROM x", "Dockerfile:2:9: error: FROM isn't allowed as an ONBUILD trigger"),
        ("FROM a\nONBUILD NOPE", "Dockerfile:2:9: error: unknown instruction: NOPE"),
        ("# escape=x\nFROM a", "Dockerfile:1:1: error: invalid escape directive \"x\": it must be ` or \\"),
        ("# escape=`\n# escape=`\nFROM a", "Dockerfile:2:1: error: only one escape parser directive can be used"),
        (
            "FROM a\nRUN --mount=\"a,,b\" x",
            "Dockerfile:2:13: error: invalid mount \"a,,b\": expected key=value fields between commas"
        ),
    ])
    func messages(text: String, expected: String) {
        let diagnostic = #expect(throws: Diagnostic.self) { try parse(text) }
        #expect(diagnostic?.description == expected)
    }

    func rendered(_ text: String) -> String? {
        let source = SourceText(file: "Dockerfile", bytes: Array(text.utf8))
        let diagnostic = #expect(throws: Diagnostic.self) { try Dockerfile(parsing: source) }
        return diagnostic?.rendered(source: source)
    }

    @Test func showsTheLineAndACaret() {
        #expect(
            rendered("FROM a\nRUN true \\\n\t&& b\nCOPY --chwon=é x y") == """
                Dockerfile:4:6: error: unknown flag: --chwon (in COPY) (did you mean chown?)
                  4 | COPY --chwon=é x y
                    |      ^~~~~~~~~
                """)
    }

    @Test func tabsAndControlCharactersAreHandled() {
        #expect(
            rendered("FROM a\n\tNOPE \u{1b}[31m") == """
                Dockerfile:2:2: error: unknown instruction: NOPE
                  2 | \tNOPE \u{fffd}[31m
                    | \t^~~~
                """)
    }

    @Test func truncatesLongLines() throws {
        let text = try #require(rendered("FROM a\nENV A=1 " + String(repeating: "B=2 ", count: 3000) + "C"))
        #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count < 200 })
        #expect(text.hasSuffix("^"))
    }

    @Test func positionsFollowContinuationLines() throws {
        let file = try parse("FROM a\nRUN --mount=type=bind \\\n   --network=none \\\n x")
        guard case .run(let run) = file.stages[0].instructions[0].kind else { throw TestFailure() }
        #expect(run.network?.range.start == SourceLocation(line: 3, column: 14))
    }
}
