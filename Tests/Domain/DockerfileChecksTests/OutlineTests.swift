import DockerfileSyntax
import Testing

@testable import DockerfileChecks

@Suite struct OutlineTests {
    static let text = """
        ARG tail=nd
        # unused by any stage
        ARG other=1
        # mill grinds
        FROM po${tail} AS mill
        # sacks in the loft
        ARG sacks=31
        ARG tail
        RUN --mount=type=secret,id=door,required=true --mount=type=ssh,id=bell id
        RUN --mount=type=secret,target=/run/key --mount=type=ssh id
        FROM mill
        ARG sacks=5

        """

    func outline(_ stages: [Int], _ arguments: [String: String] = [:]) throws -> BuildOutline {
        let dockerfile = try Dockerfile(parsing: Array(Self.text.utf8), file: "Dockerfile")
        let globals = try dockerfile.globalArgumentValues(buildArguments: arguments, platform: [:])
        return BuildOutline(dockerfile, stages: stages, globals: globals, buildArguments: arguments)
    }

    @Test func listsWhatTheTargetTakes() throws {
        let outline = try outline([0], ["sacks": "77"])
        #expect(outline.name == "mill")
        #expect(outline.description == "grinds")
        #expect(outline.arguments.map { "\($0.name)=\($0.value)" } == ["tail=nd", "sacks=77"])
        #expect(outline.arguments.last?.description == "in the loft")
        #expect(outline.secrets.map(\.name) == ["door", "key"])
        #expect(outline.secrets.map(\.isRequired) == [true, false])
        #expect(outline.agents.map(\.name) == ["bell", "default"])
    }

    @Test func theTargetsOwnArgumentHidesThatOfItsBase() throws {
        let outline = try outline([0, 1])
        #expect(outline.name == nil)
        #expect(outline.arguments.first { $0.name == "sacks" }?.value == "5")
    }
}
