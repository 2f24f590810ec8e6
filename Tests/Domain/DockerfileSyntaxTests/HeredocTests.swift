import Testing

@testable import DockerfileSyntax

@Suite struct HeredocTests {
    func run(_ text: String) throws -> RunInstruction {
        guard case .run(let run) = try single(text).kind else { throw TestFailure() }
        return run
    }

    @Test func singleHeredocIsAScript() throws {
        let run = try run("RUN <<EOF\nset -e\n# kept\necho $x \\\n\nEOF\n")
        guard case .script(let heredoc) = run.command else { throw TestFailure() }
        #expect(heredoc.content == "set -e\n# kept\necho $x \\\n\n")
        #expect(heredoc.expands && !heredoc.stripsTabs)
    }

    @Test func dashStripsTabsAndQuotesStopExpansion() throws {
        guard case .script(let heredoc) = try run("RUN <<-'E OF'\n\t\ta\n\tb\tc\n\tE OF").command else {
            throw TestFailure()
        }
        #expect(heredoc.name == "E OF" && !heredoc.expands)
        #expect(heredoc.content == "a\nb\tc\n")
        #expect(heredoc.rawContent == "\t\ta\n\tb\tc\n")
    }

    @Test func severalHeredocsArePassedToTheShell() throws {
        let run = try run("RUN cat <<A 3<<B > /x\n1\nA\n2\nB\n")
        #expect(run.command == .shell("cat <<A 3<<B > /x\n1\nA\n2\nB"))
    }

    @Test func copyAcceptsInlineFiles() throws {
        let file = try parse("FROM x\nCOPY a <<one <<\"two\" /d/\n$V\none\n$V\ntwo\nRUN next")
        guard case .copy(let copy) = file.stages[0].instructions[0].kind else { throw TestFailure() }
        #expect(copy.sources.map(\.text) == ["a"])
        #expect(copy.inlineFiles.map(\.name) == ["one", "two"])
        let expander = file.expander
        #expect(try expander.expand(copy.inlineFiles[0]) { _ in "val" }.value == "val\n")
        #expect(try expander.expand(copy.inlineFiles[1]) { _ in "val" }.value == "$V\n")
        #expect(file.stages[0].instructions[1].text == "RUN next")
    }

    @Test(arguments: [
        "RUN x=$((1<<2))", "RUN cat <<<\"word\"", "RUN [\"cat\", \"<<EOF\"]", "RUN echo '<<EOF'", "ENV A=<<EOF",
        "RUN a << b",
    ])
    func notHeredocs(text: String) throws {
        #expect(try single(text).heredocs.isEmpty)
    }

    @Test(arguments: ["RUN <<  EOF\necho\nEOF", "RUN << \tEOF\necho\nEOF\n"])
    func blanksMayPrecedeTheName(text: String) throws {
        guard case .script(let heredoc) = try run(text).command else { throw TestFailure() }
        #expect(heredoc.name == "EOF" && heredoc.content == "echo\n")
    }

    @Test func linesThatEndInCRLFGetPlainNewlines() throws {
        let text =
            "FROM x\r\nRUN <<A\r\nset -e\r\necho \r x\r\nA\r\nCOPY <<-\"B\" <<C /d/\r\n\tone\r\n\tB\r\ntwo\r\nC\r\n"
        let instructions = try parse(text).stages[0].instructions
        #expect(instructions[0].heredocs.map(\.content) == ["set -e\necho \r x\n"])
        #expect(instructions[1].heredocs.map(\.content) == ["one\n", "two\n"])
        // In a file with plain newlines, a carriage return is content.
        #expect(try single("COPY <<A /d/\none\r\nA").heredocs.map(\.content) == ["one\r\n"])
    }

    @Test func expansionInHeredocsKeepsQuotesAndRemovesEscapes() throws {
        let content = "a '$V' \"${V}\" \\$V \\n \\\\ \\\n"
        guard case .copy(let copy) = try single("COPY <<EOF /x\n\(content)EOF").kind else { throw TestFailure() }
        #expect(try WordExpander().expand(copy.inlineFiles[0]) { _ in "1" }.value == "a '1' \"1\" $V n \\ \n")
        #expect(try WordExpander(escape: "`").expand(copy.inlineFiles[0]) { _ in "1" }.value.contains("$V n"))
    }
}
