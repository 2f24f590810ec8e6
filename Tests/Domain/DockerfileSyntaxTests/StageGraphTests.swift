import Testing

@testable import DockerfileSyntax

@Suite struct StageGraphTests {
    func graph(
        _ text: String, arguments: [String: String] = [:], contexts: Set<String> = []
    ) throws -> StageGraph {
        let file = try parse(text)
        let globals = try file.globalArgumentValues(buildArguments: arguments, platform: ["TARGETARCH": "amd64"])
        return try StageGraph(file, globals: globals, buildArguments: arguments, contexts: contexts)
    }

    static let text = """
        ARG BASE=debian
        ARG IMAGE=${BASE}:12-$TARGETARCH
        FROM $IMAGE AS base
        FROM base AS compile
        RUN --mount=type=bind,from=tools,target=/t make
        FROM scratch AS unused
        FROM BASE AS other
        COPY --from=compile /a /a
        COPY --from=0 /b /b
        COPY --from=busybox:1 /c /c
        FROM other
        """

    @Test func dependencies() throws {
        let graph = try graph(Self.text)
        #expect(
            graph.nodes.map(\.base) == [.image("debian:12-amd64"), .stage(0), .scratch, .stage(0), .stage(3)])
        #expect(graph.nodes.map(\.stages) == [[], [0], [], [0, 1], [3]])
        #expect(graph.nodes[1].images == ["tools"])
        #expect(graph.nodes[3].images == ["busybox:1"])
        #expect(graph.needed(for: try graph.target(nil)) == [0, 1, 3, 4])
        #expect(graph.needed(for: try graph.target("Compile")) == [0, 1])
        #expect(graph.needed(for: try graph.target("2")) == [2])
    }

    @Test(arguments: ["COPY --from=$A /a /a", "RUN --mount=from=${A},target=/t make", "COPY --from=a$A /a /a"])
    func sourcesWithVariablesAreRejected(line: String) {
        let error = #expect(throws: Diagnostic.self) { try graph("ARG A=a\nFROM x AS a\nFROM x\nARG A\n\(line)\n") }
        #expect(error?.message.contains("takes no variables") == true)
    }

    @Test func buildArgumentsChangeTheGraph() throws {
        let graph = try graph(Self.text, arguments: ["BASE": "alpine"], contexts: ["tools"])
        #expect(graph.nodes[0].baseName == "alpine:12-amd64")
        #expect(graph.nodes[1].images.isEmpty)
    }

    @Test(arguments: ["tools", "0", "${WHICH}"])
    func afterMakesADependency(stage: String) throws {
        let graph = try graph("ARG WHICH=Tools\nFROM a AS tools\nFROM b\nFROM --after=\(stage) c")
        #expect(graph.nodes.map(\.stages) == [[], [], [0]])
        #expect(graph.needed(for: 2) == [0, 2])
    }

    @Test(arguments: [
        ("FROM --after=b a AS b", "FROM --after=b: cannot depend on later stage \"b\""),
        ("FROM --after=b a\nFROM c AS b", "FROM --after=b: stage \"b\" not found"),
        ("FROM --after=1 a\nFROM c", "FROM --after=1: stage \"1\" not found"),
    ])
    func afterNamesAnEarlierStage(text: String, message: String) throws {
        let error = try #require(throws: Diagnostic.self) { try graph(text) }
        #expect(error.message == message)
    }

    @Test func onbuildTriggersApplyToChildStages() throws {
        let graph = try graph("FROM a AS x\nFROM b AS y\nONBUILD COPY --from=x / /\nFROM y")
        #expect(graph.nodes.map(\.stages) == [[], [], [0, 1]])
    }

    @Test func expansionsOfUnneededStagesDoNotMatter() throws {
        let graph = try graph("FROM a AS x\nENV A=${B?needed}\nARG C=${D?needed}\nCOPY a$A /\nFROM c")
        #expect(graph.needed(for: 1) == [1])
    }

    @Test func contextsReplaceStagesAndImages() throws {
        let file = try parse("FROM a AS low\nRUN x\nFROM low\nCOPY --from=0 / /\nCOPY --from=LOW / /\nFROM reg/img:1")
        let graph = try StageGraph(file, globals: [:], contexts: ["low", "img"]) {
            $0 == "reg/img:1" ? "img" : $0.lowercased()
        }
        #expect(graph.nodes.map(\.base) == [.context("low"), .context("low"), .context("img")])
        #expect(graph.nodes.map(\.isReplaced) == [true, false, false])
        #expect(graph.nodes.map(\.stages) == [[], [], []])
        #expect(try graph.origin(of: "0", in: 1) == .context("low"))
    }

    @Test(arguments: [
        (
            "FROM a\nCOPY --from=0 x y",
            "Dockerfile:2:13: error: invalid stage index 0: only stages before this one (0) can be used"
        ),
        ("FROM a AS b\nCOPY --from=b x y", "Dockerfile:2:13: error: stage \"b\" cannot copy files from itself"),
        (
            "FROM a\nCOPY --from=b x y\nFROM c AS b",
            "Dockerfile:2:13: error: stage \"b\" is defined later in the file: only earlier stages can be used"
        ),
        ("FROM $NOPE", "Dockerfile:1:6: error: base name ($NOPE) should not be blank"),
        ("FROM ${X", "Dockerfile:1:6: error: failed to process \"${X\": syntax error: missing '}'"),
    ])
    func errors(text: String, expected: String) {
        let diagnostic = #expect(throws: Diagnostic.self) { try graph(text) }
        #expect(diagnostic?.description == expected)
    }

    @Test func unknownTarget() throws {
        let graph = try graph("FROM a")
        let diagnostic = #expect(throws: Diagnostic.self) { try graph.target("nope") }
        #expect(diagnostic?.message == "the target \"nope\" was not found in the provided Dockerfile")
        let close = #expect(throws: Diagnostic.self) { try self.graph("FROM a AS compile").target("comple") }
        #expect(close?.message.hasSuffix("(did you mean compile?)") == true)
    }

    @Test func platformArguments() {
        let values = PredefinedArguments.platformValues(
            build: ("linux", "amd64", ""), target: ("linux", "arm", "v7"), stage: "x")
        #expect(values["TARGETPLATFORM"] == "linux/arm/v7" && values["BUILDPLATFORM"] == "linux/amd64")
        #expect(Set(values.keys) == PredefinedArguments.platform)
    }
}

@Suite struct LiteralTests {
    @Test(
        arguments: [
            ("80", ["80/tcp"]), ("80/UDP", ["80/udp"]), ("8000-8002/tcp", ["8000/tcp", "8001/tcp", "8002/tcp"]),
            ("127.0.0.1:80:8080", ["8080/tcp"]), ("90-80", nil), ("x", nil), ("80/xyz", nil), ("99999", nil), ("", nil),
            ("1-2-3", nil), ("+1", nil), ("/tcp", nil), ("80/", ["80/tcp"]), ("[::1]:80:81", ["81/tcp"]),
            ("harbour:80:81", nil), ("80:81", ["81/tcp"]), ("x:81", nil), ("1-2:81", ["81/tcp"]),
            ("1-2:81-83", nil), (":81", ["81/tcp"]), ("1.2.3:80:81", nil),
        ] as [(String, [String]?)])
    func ports(word: String, expected: [String]?) {
        #expect(ExposedPort.ports(word) == expected)
    }

    @Test(
        arguments: [
            ("1s", 1_000_000_000), ("1m30s", 90_000_000_000), ("1.5h", 5_400_000_000_000), (".5s", 500_000_000),
            ("0", 0),
            ("-1ms", -1_000_000), ("1", nil), ("", nil), ("s", nil), ("1d", nil), ("99999999999h", nil),
            ("1.s", 1_000_000_000),
        ] as [(String, Int64?)])
    func durations(text: String, expected: Int64?) {
        #expect(GoDuration.nanoseconds(text) == expected)
        #expect((GoDuration.problem(in: text) == nil) == (expected != nil))
    }
}
