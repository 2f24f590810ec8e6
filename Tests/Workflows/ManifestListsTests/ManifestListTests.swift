import ContentDigest
import ImageModel
import JSONText
import Testing

@testable import ManifestLists

@Suite struct ManifestListTests {
    private func list(of architectures: [String]) throws -> ManifestList {
        var list = ManifestList(names: ["localhost/list:latest"])
        for architecture in architectures {
            _ = try list.add(try FakeImage(architecture).candidate(), .all)
        }
        return list
    }

    @Test func emptyListMatchesBuildahs() throws {
        let raw = try list(of: []).serialized
        #expect(
            String(decoding: raw.bytes, as: UTF8.self)
                == #"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":null}"#
        )
    }

    @Test func entriesGetThePlatformOfTheConfiguration() throws {
        let list = try list(of: ["amd64", "arm64"])
        #expect(list.preferredType == .ociIndex)
        #expect(list.index.manifests.map { $0.platform?.architecture } == ["amd64", "arm64"])
        #expect(list.places.values.sorted() == ["oci:/amd64", "oci:/arm64"])
    }

    @Test func anImageIsListedOnce() throws {
        var list = try list(of: ["amd64", "arm64"])
        _ = try list.add(try FakeImage("amd64").candidate(), .all)
        #expect(list.index.manifests.map { $0.platform?.architecture } == ["arm64", "amd64"])
    }

    @Test func attestationsHaveAManifestOfTheirOwn() throws {
        var list = try list(of: ["amd64", "arm64"])
        let image = list.index.manifests[0]
        let statement = Array(#"{"_type":"x"}"#.utf8)
        try list.attach(
            [ImageAttestation(predicateType: "https://spdx.dev/Document", statement: statement)], to: image.digest)
        let entry = try #require(list.index.manifests.last)
        #expect(entry.platform == Platform(architecture: "unknown", os: "unknown"))
        #expect(
            entry.annotations == [
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": image.digest.description,
            ])
        let manifest = try #require(try list.artifacts.manifest(entry.digest)).decodeManifest()
        #expect(manifest.artifactType == "application/vnd.docker.attestation.manifest.v1+json")
        #expect(manifest.config == .empty)
        #expect(manifest.subject?.digest == image.digest)
        #expect(manifest.layers.map(\.annotations) == [["in-toto.io/predicate-type": "https://spdx.dev/Document"]])
        #expect(try list.attestations(of: image.digest) == [["_type": "x"]])
        #expect(list.entry(for: Platform(architecture: "amd64", os: "linux")) == image)
        // What is attested again replaces what was attested before; images stay before attestations.
        var again = try self.list(of: ["amd64"])
        try again.attach([ImageAttestation(predicateType: "p", statement: Array("{}".utf8))], to: image.digest)
        list.add(contentsOf: again)
        #expect(list.index.manifests.map { $0.platform?.architecture } == ["amd64", "arm64", "unknown"])
        #expect(try list.attestations(of: image.digest) == [[:]])
    }

    @Test(arguments: [("arm64", ["arm64"]), ("s390x", [])])
    func ofAListTheImageForThePlatformIsTaken(_ architecture: String, _ expected: [String]) throws {
        var other = ManifestList(names: [])
        let source = FakeList(["amd64", "arm64"])
        let wanted = ManifestList.Selection.platform(Platform(architecture: architecture, os: "linux"))
        if expected.isEmpty {
            #expect(throws: ManifestListError.self) { try other.add(try source.candidate(), wanted) }
        } else {
            _ = try other.add(try source.candidate(), wanted)
        }
        #expect(other.index.manifests.compactMap { $0.platform?.architecture } == expected)
    }

    @Test func addsAllEntriesOfAListInOrder() throws {
        var other = ManifestList(names: [])
        let added = try other.add(try FakeList(["amd64", "arm64"]).candidate(), .all)
        #expect(other.index.manifests.map(\.digest) == added)
        #expect(added.count == 2)
    }

    @Test func featuresRequireDockersFormatAndAnnotationsOCIs() throws {
        var list = try list(of: ["amd64"])
        let digest = try #require(list.index.manifests.first?.digest)
        var notes = ManifestList.EntryAnnotations()
        notes.features = ["sse4"]
        try list.annotate(digest, notes)
        #expect(list.preferredType == .dockerManifestList)
        #expect(String(decoding: try list.serialized.bytes, as: UTF8.self).contains(#""features":["sse4"]"#))
        notes.features = []
        notes.annotations = ["a": "b"]
        try list.annotate(digest, notes)
        #expect(list.preferredType == .ociIndex)
        #expect(!String(decoding: try list.serialized.bytes, as: UTF8.self).contains("features"))
    }

    @Test func unlistedImagesCannotBeChanged() throws {
        var list = try list(of: ["amd64"])
        let other = Digest.sha256(of: [1])
        #expect(throws: ManifestListError.self) { try list.remove(other) }
        #expect(throws: ManifestListError.self) { try list.annotate(other, ManifestList.EntryAnnotations()) }
        try list.remove(try #require(list.index.manifests.first?.digest))
        #expect(list.index.manifests.isEmpty && list.places.isEmpty)
    }

    @Test(arguments: [
        ("containers-storage:[overlay@/a+/b]@" + String(repeating: "a", count: 64), true),
        ("containers-storage:[overlay@/a+/b]localhost/x:latest@" + String(repeating: "a", count: 64), true),
        ("containers-storage:[overlay@/a+/b]localhost/x:latest", false),
        ("oci:/a@" + String(repeating: "a", count: 64), false),
        ("", false),
    ])
    func placesInTheStoreAreTold(_ text: String, _ expected: Bool) {
        #expect((StoreReferencePrefix(parsing: text)?.image == String(repeating: "a", count: 64)) == expected)
    }
}
