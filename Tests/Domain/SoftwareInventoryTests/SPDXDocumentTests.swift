import ContentDigest
import JSONText
import LinuxSystem
import Testing

@testable import SoftwareInventory

@Suite struct SPDXDocumentTests {
    let root: ScannedRoot

    init() throws {
        root = try ScannedRoot()
        try root.write("a/Cargo.lock", "[[package]]\nname = \"serde\"\nversion = \"1.0.200\"\n")
        try root.write("b/Cargo.lock", "[[package]]\nname = \"serde\"\nversion = \"1.0.200\"\n")
        try root.write("n/node_modules/a/package.json", #"{"name":"a","version":"1","license":"MIT OR Apache-2.0"}"#)
        try root.write("n/node_modules/b/package.json", #"{"name":"b","version":"1","license":"SEE LICENSE"}"#)
    }

    private func document(_ time: Int64 = 1_700_000_000) throws -> JSONValue {
        SPDXDocument(
            name: "localhost/app:latest", digest: Digest.sha256(of: []),
            created: FileTime(seconds: time, nanoseconds: 5), tool: "swiftlet-0", scan: try root.scan()
        ).json
    }

    /// The members that the specification requires (SPDX 2.3, clauses 6, 7 and 11), and unique, resolvable ids.
    @Test func hasEverythingThatTheSpecificationRequires() throws {
        let document = try document()
        #expect(document["spdxVersion"] == "SPDX-2.3")
        #expect(document["dataLicense"] == "CC0-1.0")
        #expect(document["SPDXID"] == "SPDXRef-DOCUMENT")
        #expect(document["documentNamespace"]?.string?.hasPrefix("https://") == true)
        #expect(document["creationInfo"]?["created"] == "2023-11-14T22:13:20Z")
        #expect(document["creationInfo"]?["creators"]?[0] == "Tool: swiftlet-0")
        var ids: Set<String> = ["SPDXRef-DOCUMENT"]
        for package in try #require(document["packages"]?.array) {
            let id = try #require(package["SPDXID"]?.string)
            #expect(id.hasPrefix("SPDXRef-"))
            #expect(id.dropFirst(8).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") })
            #expect(ids.insert(id).inserted)
            #expect(package["name"]?.string?.isEmpty == false)
            #expect(package["downloadLocation"] == "NOASSERTION")
            #expect(package["filesAnalyzed"] == false)
        }
        #expect(ids.count == 6)
        for relationship in try #require(document["relationships"]?.array) {
            for member in ["spdxElementId", "relatedSpdxElement"] {
                #expect(ids.contains(try #require(relationship[member]?.string)))
            }
            #expect(["DESCRIBES", "CONTAINS"].contains(try #require(relationship["relationshipType"]?.string)))
        }
    }

    /// Two entries of a lock for one package must not have the same id.
    @Test func aPackageIsListedOncePerFile() throws {
        try root.write(
            "l/package-lock.json",
            #"{"packages":{"node_modules/c":{"version":"1","license":"MIT"},"#
                + #""node_modules/d/node_modules/c":{"version":"1"}}}"#)
        let ids = try #require(document()["packages"]?.array).compactMap { $0["SPDXID"]?.string }
        #expect(ids.filter { $0.hasPrefix("SPDXRef-Package-npm") }.count == 3)
        #expect(Set(ids).count == ids.count)
    }

    @Test func onlyExpressionsAreDeclaredLicenses() throws {
        let packages = try #require(document()["packages"]?.array)
        let npm = packages.filter { $0["SPDXID"]?.string?.hasPrefix("SPDXRef-Package-npm") == true }
        #expect(npm.map { $0["licenseDeclared"]?.string } == ["MIT OR Apache-2.0", "NOASSERTION"])
        #expect(npm.last?["licenseComments"] == "declared as: SEE LICENSE")
    }

    @Test func equalFilesGiveEqualDocuments() throws {
        #expect(try document().serialized() == document().serialized())
        #expect(try document() != document(5))
    }
}
