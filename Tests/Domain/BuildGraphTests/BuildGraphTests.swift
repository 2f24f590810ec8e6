import DockerfileSyntax
import ImageModel
import Testing

@testable import BuildGraph

@Suite struct BuildGraphTests {
    private func graph(
        _ text: String, base: ContainerConfig = ContainerConfig(), _ change: (inout GraphInputs) -> Void = { _ in }
    ) throws -> BuildGraph {
        var inputs = GraphInputs()
        change(&inputs)
        let dockerfile = try Dockerfile(parsing: Array(text.utf8), file: "Dockerfile")
        let plan = try BuildPlan(dockerfile, inputs)
        return try GraphPlanner(plan, of: dockerfile, inputs, .init(base: { _ in base })).graph()
    }

    private static let stages = """
        FROM one AS a
        RUN make
        FROM two AS b
        RUN unneeded
        FROM three AS c
        ENV x=1
        COPY --from=a /x /y
        COPY file /
        FROM c
        RUN --mount=type=bind,from=a,target=/m true
        """

    @Test func nodesComeAfterWhatTheyNeed() throws {
        let graph = try graph(Self.stages)
        #expect(graph.stages.map(\.index) == [0, 2, 3])
        for (position, node) in graph.nodes.enumerated() {
            #expect(node.id == position)
            #expect(node.dependencies.allSatisfy { $0 < position })
        }
    }

    @Test func inputsAreTheStagesAndContextsThatAStepReads() throws {
        let graph = try graph(Self.stages)
        let a = try #require(graph.stage(0)?.last)
        let copies = graph.nodes.filter { $0.operation.name == "COPY" }
        #expect(copies[0].inputs == [a])
        guard case .context(nil) = graph.nodes[copies[1].inputs[0]].operation else {
            Issue.record("the main context is no input of COPY")
            return
        }
        let run = try #require(graph.nodes.last { $0.operation.name == "RUN" })
        #expect(run.inputs == [a])
        let base = graph.nodes[try #require(graph.stage(3)?.first)]
        #expect(base.parent == graph.stage(2)?.last)
    }

    @Test func configurationsAreKnownWithoutExecutingAnything() throws {
        var base = ContainerConfig()
        base.env = ["PATH=/bin"]
        base.onBuild = ["ENV trigger=$PATH"]
        let graph = try graph("FROM one AS a\nARG v=2\nENV x=$v\nWORKDIR d\nFROM a\nLABEL x=$x", base: base)
        let last = try #require(graph.stages.last?.container)
        #expect(last.env == ["PATH=/bin", "trigger=/bin", "x=2"])
        #expect(last.workingDir == "/d")
        #expect(last.labels == ["x": "2"])
        #expect(last.onBuild == nil)
        #expect(graph.stages[0].stepCount == 5)
    }

    @Test func definitionsDependOnWhatWasAskedAndOnInputs() throws {
        func last(_ text: String, _ change: (inout GraphInputs) -> Void = { _ in }) throws -> String? {
            try graph(text, change).nodes.last?.definition
        }
        let text = "FROM one AS a\nRUN make\nFROM two\nARG v=1\nCOPY --from=a /x /\nRUN use $v"
        #expect(try last(text) == last(text))
        #expect(try last(text) != last(text.replacing("make", with: "make all")))
        #expect(try last(text) != last(text) { $0.buildArguments = ["v": "2"] })
        // The host's proxies are no part of it.
        #expect(try last(text) == last(text) { $0.proxies = ["http_proxy": "http://proxy"] })
    }

    @Test func whatIsWrongIsToldBeforeAnythingIsExecuted() {
        for line in ["RUN --network=mars true", "COPY --chmod=u+q a b", "WORKDIR $nothing", "EXPOSE x"] {
            let error = #expect(throws: BuildError.self) { try graph("FROM one\nRUN true\n\(line)") }
            #expect(error?.description.contains("Dockerfile:3") == true)
        }
    }
}
