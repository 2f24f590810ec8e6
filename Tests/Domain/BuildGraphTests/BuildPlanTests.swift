import DockerfileSyntax
import ImageModel
import ProgressEvents
import Testing

@testable import BuildGraph

@Suite struct BuildPlanTests {
    private func plan(_ text: String, _ change: (inout GraphInputs) -> Void = { _ in }) throws -> BuildPlan {
        var inputs = GraphInputs()
        change(&inputs)
        return try BuildPlan(Dockerfile(parsing: Array(text.utf8), file: "Dockerfile"), inputs)
    }

    private static let stages = """
        FROM one AS a
        FROM two AS b
        RUN true
        FROM three AS c
        COPY --from=a /x /y
        FROM c
        """

    @Test func unusedStagesAreSkipped() throws {
        #expect(try plan(Self.stages).stages.map(\.stage.index) == [0, 2, 3])
        #expect(try plan(Self.stages) { $0.target = "b" }.stages.map(\.stage.index) == [1])
    }

    @Test func stagesAreLabelledOnlyInMultiStageBuilds() throws {
        let several = try plan(Self.stages)
        #expect(several.stages.map { several.label(of: $0).position } == ["1/4", "3/4", "4/4"])
        let one = try plan("FROM one")
        #expect(one.label(of: one.stages[0]).position == nil)
    }

    @Test func baseNamesExpandGlobalAndBuildArguments() throws {
        let text = "ARG BASE=one\nFROM $BASE"
        #expect(try plan(text).stages[0].base == "one")
        #expect(try plan(text) { $0.buildArguments = ["BASE": "other"] }.stages[0].base == "other")
    }

    @Test func unknownTargetIsAnErrorWithItsName() throws {
        let error = #expect(throws: BuildError.self) { try plan(Self.stages) { $0.target = "nowhere" } }
        #expect(error?.description.contains("nowhere") == true)
    }

    @Test func emptyPlatformIsAnErrorThatSuggestsAVariable() throws {
        let error = #expect(throws: BuildError.self) { try plan("FROM --platform=${TRAGETPLATFORM} one") }
        #expect(error?.description.contains("Dockerfile:1:") == true)
        #expect(error?.description.contains("(did you mean TARGETPLATFORM?)") == true)
        #expect(throws: BuildError.self) { try plan("FROM --platform= one") }
    }

    @Test func contextNamesOfOneImageAreEqual() {
        #expect(NamedContext.canonicalName("docker.io/library/swan:latest") == NamedContext.canonicalName("swan"))
        #expect(NamedContext.canonicalName("Swan") == "swan")
        #expect(NamedContext.canonicalName("quay.io/a/b:1") == "quay.io/a/b:1")
        #expect(NamedContext.canonicalName("no image name!") == "no image name!")
    }

    @Test func platformArgumentsAreNormalized() throws {
        let arm = try plan("FROM one") { $0.platform = .init(architecture: "arm", os: "linux") }
        #expect(arm.globalArguments["TARGETPLATFORM"] == "linux/arm/v7")
        #expect(arm.globalArguments["TARGETSTAGE"] == "default")
        #expect(try plan("FROM one AS x").globalArguments["TARGETSTAGE"] == "x")
        #expect(try plan("FROM one AS x\nFROM two") { $0.target = "x" }.globalArguments["TARGETSTAGE"] == "x")
    }

    @Test(arguments: ["two words", "line\nbreak", String(repeating: "a", count: 65)])
    func hostNamesAreChecked(name: String) {
        #expect(throws: BuildError.self) {
            try plan("FROM one") { $0.buildArguments = ["BUILDKIT_SANDBOX_HOSTNAME": name] }
        }
    }

    @Test func unknownPlatformIsAnErrorAtItsLine() throws {
        let error = #expect(throws: BuildError.self) { try plan("FROM --platform=a/b/c/d/e one") }
        #expect(error?.description.contains("Dockerfile:1:") == true)
    }
}
