import ContentDigest
import JSONText
import Testing

@testable import ImageModel

@Suite struct ManifestConversionTests {
    private let config = Array(#"{"os":"linux"}"#.utf8)

    @Test func ociToDockerChangesOnlyTypes() throws {
        var manifest = Fixtures.manifest(layers: [.ociLayerGzip, .ociLayer, .ociNonDistributableLayerGzip])
        manifest.layers[2].urls = ["https://x"]
        manifest.annotations = ["a": "b"]
        let (raw, sameConfig) = try ManifestConversion.convert(
            try RawManifest(encoding: manifest), config: config, to: .dockerManifest)
        let converted = try raw.decodeManifest()
        #expect(raw.mediaType == .dockerManifest && converted.mediaType == .dockerManifest)
        #expect(sameConfig == config)
        #expect(converted.config.mediaType == .dockerConfig)
        #expect(converted.layers.map(\.mediaType) == [.dockerLayerGzip, .dockerLayer, .dockerForeignLayerGzip])
        #expect(converted.layers.map(\.digest) == manifest.layers.map(\.digest))
        #expect(converted.layers.map(\.size) == manifest.layers.map(\.size))
        #expect(converted.layers[2].urls == ["https://x"])
        #expect(converted.annotations == nil)
    }

    @Test func dockerToOCIRoundTrips() throws {
        let manifest = Fixtures.manifest(
            layers: [.dockerLayerGzip, .dockerForeignLayerGzip, .dockerLayer], config: .dockerConfig,
            type: .dockerManifest)
        let raw = try RawManifest(encoding: manifest)
        let oci = try ManifestConversion.convert(raw, config: config, to: .ociManifest)
        #expect(
            try oci.manifest.decodeManifest().layers.map(\.mediaType)
                == [.ociLayerGzip, .ociNonDistributableLayerGzip, .ociLayer])
        let back = try ManifestConversion.convert(oci.manifest, config: oci.config, to: .dockerManifest)
        #expect(back.manifest == raw)
        #expect(back.config == config)
    }

    @Test func unknownMembersSurviveOnlyInTheSameKindOfDocument() throws {
        var manifest = Fixtures.manifest(layers: [.ociLayerGzip])
        manifest.extra["x"] = 1
        manifest.config.extra["x"] = 2
        manifest.layers[0].extra["x"] = 3
        #expect(try ManifestConversion.convert(manifest, to: .ociManifest) == manifest)
        let docker = try ManifestConversion.convert(manifest, to: .dockerManifest)
        for extra in [docker.extra, docker.config.extra, docker.layers[0].extra] { #expect(extra.isEmpty) }
        var foreign = docker
        foreign.layers[0].extra["x"] = 3
        #expect(try ManifestConversion.convert(foreign, to: .dockerManifest) == foreign)
        #expect(try ManifestConversion.convert(foreign, to: .ociManifest).layers[0].extra.isEmpty)
        var index = ImageIndex(manifests: [manifest.config])
        index.extra["x"] = 4
        #expect(try ManifestConversion.convert(index, to: .ociIndex) == index)
        let list = try ManifestConversion.convert(index, to: .dockerManifestList)
        #expect(list.extra.isEmpty && list.manifests[0].extra.isEmpty)
    }

    @Test func theSameTypeKeepsTheBytes() throws {
        let spaced = try RawManifest(encoding: Fixtures.manifest(layers: [])).bytes + [UInt8(ascii: "\n")]
        let raw = try RawManifest(bytes: spaced)
        #expect(try ManifestConversion.convert(raw, config: config, to: .ociManifest).manifest.bytes == spaced)
    }

    @Test(arguments: [
        Fixtures.manifest(layers: [.ociLayerZstd]), Fixtures.manifest(layers: [.dockerLayerZstd]),
        Fixtures.manifest(layers: ["application/vnd.x"]), Fixtures.manifest(layers: [.ociLayer], config: .ociEmpty),
    ])
    func refusesWhatDockerCannotSay(manifest: Manifest) {
        let error = #expect(throws: ImageModelError.self) {
            try ManifestConversion.convert(manifest, to: .dockerManifest)
        }
        #expect(error?.kind == .inconvertible)
    }

    @Test func ociArtifactsKeepTheirTypes() throws {
        let manifest = Fixtures.manifest(layers: ["application/vnd.x"], config: "application/vnd.y", type: nil)
        let converted = try ManifestConversion.convert(manifest, to: .ociManifest)
        #expect(converted.layers == manifest.layers && converted.config == manifest.config)
        #expect(throws: ImageModelError.self) { try ManifestConversion.convert(manifest, to: .dockerSchema1) }
    }

    @Test func indexesKeepTheirEntries() throws {
        let platform = Platform(architecture: "amd64", os: "linux")
        let entry = Descriptor(
            mediaType: .dockerManifest, digest: Fixtures.digest(1), size: 1, annotations: ["a": "b"], platform: platform
        )
        let index = ImageIndex(manifests: [entry], annotations: ["a": "b"])
        let list = try ManifestConversion.convert(index, to: .dockerManifestList)
        #expect(list.mediaType == .dockerManifestList && list.annotations == nil)
        #expect(list.manifests.first?.platform == platform && list.manifests.first?.annotations == nil)
        #expect(list.manifests.first?.digest == entry.digest)
        #expect(try ManifestConversion.convert(list, to: .ociIndex).mediaType == .ociIndex)
        #expect(throws: ImageModelError.self) { try ManifestConversion.convert(index, to: .ociManifest) }
    }
}
