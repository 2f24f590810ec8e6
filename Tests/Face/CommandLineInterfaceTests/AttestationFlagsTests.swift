import CommandLineGrammar
import ImageModel
import SoftwareInventory
import Testing

@testable import CommandLineInterface

/// `build --attest`, `--sbom` and `--provenance`.
@Suite struct AttestationFlagsTests {
    private func flags(_ arguments: String...) throws -> AttestationFlags {
        try AttestationFlags(BuildCommand.grammar.parse(arguments + ["."]))
    }

    @Test func nothingIsAttestedUnlessAskedFor() throws {
        #expect(try flags().isEmpty)
        #expect(try flags("--sbom=false", "--provenance=0").isEmpty)
        #expect(try flags("--attest=type=sbom,disabled=true", "--attest=type=provenance,disabled=1").isEmpty)
    }

    @Test func shorthandsMeanTheSameAsAttest() throws {
        #expect(try flags("--sbom") == flags("--attest=type=sbom"))
        #expect(try flags("--provenance") == flags("--attest=type=provenance,mode=max"))
        #expect(try flags("--provenance=mode=min") == flags("--attest=type=provenance,mode=min"))
    }

    @Test func parametersOfProvenance() throws {
        let provenance = try #require(
            flags("--provenance=mode=min,version=v0.2,builder-id=https://ci/1,reproducible=true,inline-only=1")
                .provenance)
        #expect(provenance.isMinimal)
        #expect(provenance.version == .v02)
        #expect(provenance.builderID == "https://ci/1")
        #expect(provenance.isReproducible)
        #expect(provenance.isInlineOnly)
    }

    @Test(arguments: [
        "--sbom=generator=docker/scout", "--sbom=what=1", "--provenance=mode=all", "--provenance=version=v2",
        "--provenance=reproducible=perhaps", "--attest=type=vex", "--attest=mode=min", "--attest=type=sbom,type=sbom",
    ])
    func refusesWhatItDoesNotKnow(_ flag: String) {
        #expect(throws: CommandError.self) { try flags(flag) }
    }

    @Test func aTypeIsGivenOnce() {
        #expect(throws: CommandError.self) { try flags("--sbom", "--attest=type=sbom") }
    }

    /// As BuildKit's tests have them (util/purl).
    @Test(arguments: [
        ("alpine", "pkg:docker/alpine@latest?platform=linux%2Famd64"),
        ("docker.io/library/alpine:3.17", "pkg:docker/alpine@3.17?platform=linux%2Famd64"),
        ("quay.io/a/b/c:d", "pkg:docker/quay.io/a/b/c@d?platform=linux%2Famd64"),
    ])
    func packageURLsOfImages(_ name: String, _ expected: String) {
        #expect(ImagePackageURL.text(name, Platform(architecture: "amd64", os: "linux")) == expected)
    }
}
