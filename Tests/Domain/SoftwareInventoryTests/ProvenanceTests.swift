import JSONText
import LinuxSystem
import Testing

@testable import SoftwareInventory

@Suite struct ProvenanceTests {
    private func document() -> ProvenanceDocument {
        var document = ProvenanceDocument()
        document.arguments = ["build-arg:TOKEN": "hush", "label:a": "b", "target": "t"]
        document.secrets = ["id"]
        document.agents = ["default"]
        document.locals = ["context", "dockerfile"]
        document.dockerfile = ("Dockerfile", Array("FROM scratch\n".utf8))
        document.materials = [.init(uri: "pkg:docker/a@1", algorithm: "sha256", digest: "00")]
        document.platform = "linux/amd64"
        return document
    }

    @Test func maximalProvenanceHasTheRequest() {
        let json = document().json
        let request = json["buildDefinition"]?["externalParameters"]?["request"]
        #expect(request?["args"]?["build-arg:TOKEN"] == "hush")
        #expect(request?["secrets"]?[0]?["id"] == "id")
        #expect(request?["ssh"]?[0]?["id"] == "default")
        #expect(request?["locals"]?[0]?["name"] == "context")
        let metadata = json["runDetails"]?["metadata"]
        #expect(metadata?["buildkit_completeness"]?["request"] == true)
        #expect(metadata?["buildkit_completeness"]?["resolvedDependencies"] == false)
        #expect(metadata?["buildkit_metadata"]?["source"]?["infos"]?[0]?["data"] == "RlJPTSBzY3JhdGNoCg==")
    }

    @Test(arguments: [ProvenanceDocument.Version.v1, .v02])
    func minimalProvenanceHasNoValues(_ version: ProvenanceDocument.Version) {
        var document = document()
        document.isMinimal = true
        document.version = version
        let text = document.json.description
        for hidden in ["hush", "TOKEN", "label:", "\"id\":\"id\"", "secrets", "ssh", "RlJPTS"] {
            #expect(!text.contains(hidden), "\(hidden)")
        }
        #expect(text.contains(#""target":"t""#))
        #expect(text.contains("pkg:docker/a@1"))
    }

    @Test func theOlderVersionHasItsOwnMembers() {
        var document = document()
        document.version = .v02
        let json = document.json
        #expect(document.version.predicateType == "https://slsa.dev/provenance/v0.2")
        #expect(json["buildType"] == "https://mobyproject.org/buildkit@v1")
        #expect(json["materials"]?[0]?["digest"]?["sha256"] == "00")
        #expect(json["invocation"]?["configSource"]?["entryPoint"] == "Dockerfile")
        #expect(json["metadata"]?["completeness"]?["environment"] == true)
    }
}
