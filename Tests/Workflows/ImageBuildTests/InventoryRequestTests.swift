import Testing

@testable import ImageBuild

/// `BUILDKIT_SBOM_SCAN_STAGE` and `BUILDKIT_SBOM_SCAN_CONTEXT`.
@Suite struct InventoryRequestTests {
    private func request(_ text: String, _ arguments: [String: String] = [:]) throws -> InventoryRequest {
        var options = BuildOptions(dockerfile: (name: "Dockerfile", text: text))
        options.buildArguments = arguments
        return try InventoryRequest(options)
    }

    @Test func stagesSayIt() throws {
        let text = "FROM a AS x\nARG BUILDKIT_SBOM_SCAN_STAGE=true\nFROM b\nARG BUILDKIT_SBOM_SCAN_CONTEXT=1\n"
        let wanted = try request(text)
        #expect(wanted.includes(stage: 0))
        #expect(!wanted.includes(stage: 1))
        #expect(!wanted.includesContext(ofTarget: 0))
        #expect(wanted.includesContext(ofTarget: 1))
        #expect(!(try request(text, ["BUILDKIT_SBOM_SCAN_STAGE": "false"]).includes(stage: 0)))
    }

    @Test func aGlobalArgumentNamesStages() throws {
        let text = "ARG BUILDKIT_SBOM_SCAN_STAGE=x,z\nFROM a AS x\nFROM b AS y\n"
        #expect(try request(text).includes(stage: 0))
        #expect(!(try request(text).includes(stage: 1)))
        #expect(try request(text, ["BUILDKIT_SBOM_SCAN_STAGE": "y"]).includes(stage: 1))
    }

    /// An argument that the file does not declare has no effect.
    @Test func undeclaredArgumentsDoNothing() throws {
        #expect(!(try request("FROM a\n", ["BUILDKIT_SBOM_SCAN_STAGE": "true"]).includes(stage: 0)))
    }
}
