import ContentDigest
import ImageModel
import JSONText
import Testing

@Suite struct Schema1Tests {
    private func document(_ layers: Int, _ history: Int) -> [UInt8] {
        let blob: JSONValue = ["blobSum": .string(Digest.sha256(of: "x").description)]
        let entry: JSONValue = ["v1Compatibility": #"{"id":"a","throwaway":true,"created":"2014-01-01T00:00:00Z"}"#]
        let value: JSONValue = [
            "schemaVersion": 1, "name": "a", "tag": "b", "architecture": "amd64",
            "fsLayers": .array(Array(repeating: blob, count: layers)),
            "history": .array(Array(repeating: entry, count: history)),
        ]
        return value.serialized()
    }

    @Test func omitsEmptyLayers() throws {
        let manifest = try Schema1Manifest(RawManifest(bytes: document(2, 2)))
        #expect(manifest.layers.count == 2)
        #expect(manifest.kept.isEmpty)
        let config = manifest.configuration(diffIDs: [])
        #expect(config["id"] == nil && config["throwaway"] == nil)
        #expect(config["history"]?.array?.count == 2)
        #expect(config["history"]?[0]?["empty_layer"]?.bool == true)
    }

    @Test(arguments: [(1, 2), (2, 1), (0, 0)])
    func layersAndConfigurationsMustGoTogether(layers: Int, history: Int) throws {
        let raw = try RawManifest(bytes: document(layers, history))
        #expect(throws: ImageModelError.self) { try Schema1Manifest(raw) }
    }

    @Test func signedContentIsRecovered() throws {
        let config = try ImageConfig(
            architecture: "arm64", os: "linux", rootfs: RootFS(diffIDs: [Digest.sha256(of: "layer")]),
            history: [History(createdBy: "one"), History(createdBy: "two", emptyLayer: true)]
        ).serialized()
        let name = try ImageReference(parsing: "registry.example/some/name:tag")
        let raw = try Schema1Writer.manifest(
            config: config, layers: [Digest.sha256(of: "blob")], name: name, now: "2026-01-01T00:00:00Z")
        #expect(raw.mediaType == .dockerSchema1Signed)
        // The digest is that of the signed content, which has no signatures.
        #expect(raw.digest != Digest.sha256(of: raw.bytes))
        let document = try JSONValue(parsing: raw.bytes)
        #expect(document["name"] == "some/name")
        #expect(document["tag"] == "tag")
        let read = try Schema1Manifest(raw)
        #expect(read.layers.map(\.isThrowaway) == [false, true])
        #expect(read.layers[0].blob == Digest.sha256(of: "blob"))
        #expect(read.layers[1].blob == Digest.sha256(of: Schema1Writer.emptyLayer))
        #expect(read.layers[1].configuration["parent"] == read.layers[0].configuration["id"])
    }

    @Test func emptyLayerHasTheWellKnownDigest() {
        #expect(
            Digest.sha256(of: Schema1Writer.emptyLayer).description
                == "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4")
    }

    @Test func rejectsHistoryThatDoesNotMatchLayers() throws {
        let config = try ImageConfig(history: [History(createdBy: "one")]).serialized()
        #expect(throws: ImageModelError.self) {
            try Schema1Writer.manifest(config: config, layers: [], name: nil, now: "")
        }
    }
}
