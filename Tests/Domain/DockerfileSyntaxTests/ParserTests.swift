import Testing

@testable import DockerfileSyntax

func parse(_ text: String) throws -> Dockerfile {
    try Dockerfile(parsing: Array(text.utf8), file: "Dockerfile")
}

/// The only instruction after a FROM line.
func single(_ text: String) throws -> Instruction {
    let stage = try #require(try parse("FROM base\n" + text).stages.first)
    #expect(stage.instructions.count == 1)
    return try #require(stage.instructions.first)
}

@Suite struct ParserTests {
    @Test func stagesAndGlobalArguments() throws {
        let file = try parse(
            """
            # syntax=docker/dockerfile:1
            # escape=`

            ARG V=1 W
            FROM --platform=$BUILDPLATFORM base:${V} AS Builder
            RUN make `
              all
            from scratch
            copy --from=builder /out /
            """)
        #expect(file.directives.syntax == "docker/dockerfile:1")
        #expect(file.directives.escape == "`")
        #expect(file.globalArguments.count == 1)
        #expect(file.stages.map(\.name) == ["builder", nil])
        #expect(file.stages[0].from.base.text == "base:${V}")
        #expect(file.stages[0].from.platform?.text == "$BUILDPLATFORM")
        #expect(file.stages[0].instructions[0].text == "RUN make   all")
        #expect(file.stages[1].fromInstruction.range.start == SourceLocation(line: 8, column: 1))
    }

    @Test func commentsAndBlankLinesInsideAContinuedLine() throws {
        let file = try parse("FROM x\nRUN a && \\\n  # why\n\n  b \\ \t\n# more\n && c\nRUN d")
        #expect(file.stages[0].instructions.map(\.text) == ["RUN a &&   b  && c", "RUN d"])
        #expect(file.emptyContinuations.map(\.start.line) == [4])
        #expect(file.stages[0].instructions[0].range.end == SourceLocation(line: 7, column: 6))
    }

    @Test(arguments: [
        ("RUN echo \\\\\nRUN b", ["RUN echo \\\\", "RUN b"]),
        ("RUN a \\", ["RUN a"]),
        ("  RUN a\n\t# comment\n \nRUN b", ["RUN a", "RUN b"]),
        ("RUN a # not a comment", ["RUN a # not a comment"]),
        ("RUN \\\r\n a\r\nRUN b\r\n", ["RUN  a", "RUN b"]),
    ])
    func logicalLines(text: String, expected: [String]) throws {
        #expect(try parse("FROM x\n" + text).stages[0].instructions.map(\.text) == expected)
    }

    @Test func byteOrderMarkIsSkipped() throws {
        #expect(try parse("\u{feff}# escape=`\nFROM x").directives.escape == "`")
        #expect(try parse("\u{feff}FROM x").stages.count == 1)
    }

    @Test func directivesEndAtTheFirstOtherLine() throws {
        #expect(try parse("# hello\n# escape=`\nFROM x").directives.escape == "\\")
        #expect(try parse("#!/usr/bin/env docker\n#Check = skip=all\nFROM x").directives.check == "skip=all")
        #expect(try parse("FROM x\n# escape=`").directives.escape == "\\")
    }

    @Test(arguments: [
        ("ENV A=1 B=\"x y\" C=a\\ b", [["A", "1"], ["B", "\"x y\""], ["C", "a\\ b"]]),
        ("ENV KEY some  value here ", [["KEY", "some  value here"]]),
        ("LABEL \"a b\"=\"c\" d=", [["\"a b\"", "\"c\""], ["d", ""]]),
        ("ENV A=b=c", [["A", "b=c"]]),
    ])
    func keysAndValues(text: String, expected: [[String]]) throws {
        let pairs: [KeyValue]
        switch try single(text).kind {
        case .env(let found), .label(let found): pairs = found
        default: pairs = []
        }
        #expect(pairs.map { [$0.key.text, $0.value.text] } == expected)
    }

    @Test(arguments: [
        ("CMD ls -l", CommandForm.shell("ls -l")), ("CMD [\"ls\", \"-l\"]", .exec(["ls", "-l"])), ("CMD []", .exec([])),
        ("CMD [ \"a\\u0041\\n\\\"\" ] ", .exec(["aA\n\""])), ("CMD ['ls']", .shell("['ls']")),
        ("CMD [\"a\" \"b\"]", .shell("[\"a\" \"b\"]")), ("CMD [\"a\"] && x", .shell("[\"a\"] && x")),
    ])
    func commandForms(text: String, expected: CommandForm) throws {
        #expect(try single(text).kind == .cmd(expected))
        #expect(try single(text.replacingPrefix("CMD", "ENTRYPOINT")).kind == .entrypoint(expected))
    }

    @Test func runFlags() throws {
        let instruction = try single(
            "RUN --mount=type=cache,target=/c --mount=from=b,source=\"/a b\",target=/x --network=none "
                + "--security=insecure echo --hi")
        guard case .run(let run) = instruction.kind else { throw TestFailure() }
        #expect(run.command == .shell("echo --hi"))
        #expect(run.mounts.map { $0.options.map(\.key) } == [["type", "target"], ["from", "source", "target"]])
        #expect(run.mounts[1].value(of: "source", "src") == "/a b")
        #expect(run.network?.text == "none")
        #expect(run.security?.text == "insecure")
        #expect(try single("RUN -- --x").kind == .run(.plain(.shell("--x"))))
    }

    @Test func copyAndAdd() throws {
        guard
            case .copy(let copy) = try single(
                "COPY --from=Build --chown=a:b --chmod=0755 --link --exclude=*.o --exclude=x a* b /dest/"
            ).kind
        else { throw TestFailure() }
        #expect(copy.sources.map(\.text) == ["a*", "b"])
        #expect(copy.destination.text == "/dest/")
        #expect(copy.from?.text == "Build")
        #expect(copy.chown?.text == "a:b" && copy.chmod?.text == "0755" && copy.link)
        #expect(copy.excludes.map(\.text) == ["*.o", "x"])
        guard case .add(let add) = try single("ADD --checksum=sha256:1 --unpack=false [\"a b\", \"/d\"]").kind else {
            throw TestFailure()
        }
        #expect(add.sources.map(\.text) == ["a b"] && add.unpack == false && add.checksum?.text == "sha256:1")
    }

    @Test func smallInstructions() throws {
        #expect(try single("SHELL [\"/bin/bash\", \"-c\"]").kind == .shell(["/bin/bash", "-c"]))
        #expect(try single("MAINTAINER A B <c>").kind == .maintainer("A B <c>"))
        guard case .workdir(let directory) = try single("WORKDIR  /a b ").kind else { throw TestFailure() }
        #expect(directory.text == "/a b")
        guard case .expose(let ports) = try single("EXPOSE 80 $PORTS 90/udp").kind else { throw TestFailure() }
        #expect(ports.map(\.text) == ["80", "$PORTS", "90/udp"])
        guard case .volume(let volumes) = try single("VOLUME [\"/a\", \"/b\"]").kind else { throw TestFailure() }
        #expect(volumes.map(\.text) == ["/a", "/b"])
        guard case .arg(let arguments) = try single("ARG A B=\"x y\" C=").kind else { throw TestFailure() }
        #expect(arguments.map(\.name) == ["A", "B", "C"])
        #expect(arguments.map { $0.defaultValue?.text } == [nil, "\"x y\"", ""])
    }

    @Test func healthchecks() throws {
        #expect(try single("HEALTHCHECK NONE").kind.healthcheck?.test == ["NONE"])
        let check = try #require(
            try single(
                "HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0s --start-interval=5ms --retries=3 cmd true x"
            ).kind.healthcheck)
        #expect(check.test == ["CMD-SHELL", "true x"])
        #expect(check.interval == 90_000_000_000 && check.timeout == 1_500_000_000)
        #expect(check.startPeriod == 0 && check.startInterval == 5_000_000 && check.retries == 3)
        #expect(try single("HEALTHCHECK CMD [\"a\", \"b\"]").kind.healthcheck?.test == ["CMD", "a", "b"])
    }

    @Test func onbuild() throws {
        guard case .onbuild(let trigger) = try single("ONBUILD  COPY <<EOF . /x\nhi\nEOF").kind else {
            throw TestFailure()
        }
        #expect(trigger.text == "COPY <<EOF . /x\nhi\nEOF")
        #expect(trigger.instruction.keyword == .copy)
        guard case .copy(let again) = try Dockerfile.parseInstruction(trigger.text, file: "base image").kind else {
            throw TestFailure()
        }
        #expect(again.inlineFiles.map(\.content) == ["hi\n"] && again.sources.map(\.text) == ["."])
        #expect(throws: Diagnostic.self) { try Dockerfile.parseInstruction("RUN a\nRUN b", file: "x") }
    }
}

struct TestFailure: Error {}

extension String {
    func replacingPrefix(_ old: String, _ new: String) -> String {
        hasPrefix(old) ? new + dropFirst(old.count) : self
    }
}

extension RunInstruction {
    static func plain(_ command: Command) -> RunInstruction {
        RunInstruction(command: command, mounts: [], network: nil, security: nil, devices: [])
    }
}

extension Instruction.Kind {
    var healthcheck: HealthcheckInstruction? {
        if case .healthcheck(let check) = self { check } else { nil }
    }
}
