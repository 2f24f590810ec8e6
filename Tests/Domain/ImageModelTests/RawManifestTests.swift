import ContentDigest
import JSONText
import Testing

@testable import ImageModel

@Suite struct RawManifestTests {
    private static let entry =
        #"{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\#(Fixtures.digest(1))","size":1}"#

    private static func config(_ type: String) -> String {
        #"{"mediaType":"\#(type)","digest":"\#(Fixtures.digest(0))","size":2}"#
    }

    @Test(
        arguments: [
            (#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)"}"#, MediaType.ociManifest),
            (#"{"schemaVersion":2,"mediaType":"\#(MediaType.dockerManifestList)"}"#, .dockerManifestList),
            (#"{"schemaVersion":2,"config":\#(config("\(MediaType.ociConfig)")),"layers":[]}"#, .ociManifest),
            (#"{"schemaVersion":2,"config":\#(config("\(MediaType.dockerConfig)")),"layers":[]}"#, .dockerManifest),
            (#"{"schemaVersion":2,"config":\#(config("application/vnd.x")),"layers":[]}"#, .ociManifest),
            (#"{"schemaVersion":2,"manifests":[\#(entry)]}"#, .ociIndex),
            (#"{"schemaVersion":2,"manifests":[]}"#, .ociIndex),
            (#"{"schemaVersion":1,"name":"x","fsLayers":[]}"#, .dockerSchema1),
            (#"{"schemaVersion":1,"signatures":[]}"#, .dockerSchema1Signed),
            (#"{"schemaVersion":3}"#, nil), (#"{"mediaType":"text/plain"}"#, nil), ("[]", nil), ("no json", nil),
            ("", nil),
        ] as [(String, MediaType?)])
    func guessesTypes(text: String, expected: MediaType?) {
        #expect(RawManifest.guessType(Array(text.utf8)) == expected)
    }

    @Test func embeddedTypeOverridesDeclaredType() throws {
        let named = Array(#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[]}"#.utf8)
        #expect(try RawManifest(bytes: named, declaredType: .dockerManifest).mediaType == .ociIndex)
        let unnamed = Array(#"{"schemaVersion":2}"#.utf8)
        #expect(try RawManifest(bytes: unnamed, declaredType: .dockerManifestList).mediaType == .dockerManifestList)
        #expect(try RawManifest(bytes: unnamed, declaredType: "application/json").mediaType == .ociManifest)
        #expect(try RawManifest(bytes: unnamed, declaredType: .dockerSchema1Signed).mediaType == .ociManifest)
    }

    @Test func keepsBytesAndTheirDigest() throws {
        let text = "{ \"schemaVersion\" : 2,\n\"config\":\(Self.config("\(MediaType.ociConfig)")),\"layers\":[]}\n"
        let raw = try RawManifest(bytes: Array(text.utf8))
        #expect(raw.bytes == Array(text.utf8))
        #expect(raw.digest == .sha256(of: Array(text.utf8)))
        #expect(raw.descriptor.size == Int64(text.utf8.count))
        #expect(try raw.decodeManifest().config.size == 2)
        #expect(throws: ImageModelError.self) { try raw.decodeIndex() }
    }

    @Test(arguments: [
        (
            #"{"schemaVersion":2,"config":\#(config("\(MediaType.ociConfig)")),"layers":[],"manifests":[\#(entry)]}"#,
            ImageModelError.Kind.ambiguous
        ),
        (
            #"{"schemaVersion":2,"config":\#(config("\(MediaType.ociConfig)")),"layers":[],"Manifests":null}"#,
            .ambiguous
        ),
        (
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","config":{},"LAYERS":[],"layers":[]}"#,
            .ambiguous
        ),
        (#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","config":{}}"#, .malformed),
        (#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)"}"#, .malformed),
        (#"{"schemaVersion":1,"mediaType":"\#(MediaType.ociManifest)","config":\#(config("a/b"))}"#, .malformed),
        (
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","config":\#(config("a/b")),"layers":{}}"#,
            .malformed
        ),
        (
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","config":{"digest":"\#(Fixtures.digest(0))","size":-1}}"#,
            .malformed
        ),
        (#"{"schemaVersion":2,"manifests":[]}"#, .unknownType),
    ])
    func refusesManifestsThatAreNone(text: String, kind: ImageModelError.Kind) throws {
        let raw = try RawManifest(bytes: Array(text.utf8))
        let error = #expect(throws: ImageModelError.self) { try raw.decodeManifest() }
        #expect(error?.kind == kind)
    }

    @Test func rejectsAmbiguousIndexes() throws {
        let text = #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(Self.entry)],"layers":[]}"#
        let raw = try RawManifest(bytes: Array(text.utf8))
        let error = #expect(throws: ImageModelError.self) { try raw.decodeIndex() }
        #expect(error?.kind == .ambiguous)
    }

    @Test func limitsSize() {
        let huge = [UInt8](repeating: UInt8(ascii: " "), count: RawManifest.maximumSize + 1)
        #expect { try RawManifest(bytes: huge) } throws: { ($0 as? ImageModelError)?.kind == .tooLarge }
        #expect { try RawManifest(bytes: [0x7B]) } throws: { ($0 as? ImageModelError)?.kind == .malformed }
        #expect { try RawManifest(bytes: Array("{}".utf8)) } throws: { ($0 as? ImageModelError)?.kind == .unknownType }
    }

    @Test func writesManifestsInGoOrder() throws {
        var manifest = Fixtures.manifest(layers: [.ociLayerGzip])
        manifest.annotations = ["b": "2", "a": "1"]
        manifest.layers[0].urls = ["https://x"]
        manifest.layers[0].data = [1, 2, 3]
        manifest.subject = .empty
        let expected =
            #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","#
            + #""config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(Fixtures.digest(0))","#
            + #""size":100},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","#
            + #""digest":"\#(Fixtures.digest(1))","size":1000,"urls":["https://x"],"data":"AQID"}],"#
            + #""subject":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:"#
            + #"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"data":"e30="},"#
            + #""annotations":{"a":"1","b":"2"}}"#
        let raw = try RawManifest(encoding: manifest)
        #expect(String(decoding: raw.bytes, as: UTF8.self) == expected)
        #expect(try raw.decodeManifest() == manifest)
    }

    @Test func unknownMembersArePreserved() throws {
        let digest = Fixtures.digest(1)
        let entry = #"{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(digest)","size":1,"com.x":[1]}"#
        let index = #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entry)],"x":{"y":null}}"#
        let decodedIndex = try RawManifest(bytes: Array(index.utf8)).decodeIndex()
        #expect(String(decoding: try RawManifest(encoding: decodedIndex).bytes, as: UTF8.self) == index)
        let manifest =
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","config":\#(entry),"layers":[\#(entry)],"x":1.5}"#
        let decoded = try RawManifest(bytes: Array(manifest.utf8)).decodeManifest()
        #expect(String(decoding: try RawManifest(encoding: decoded).bytes, as: UTF8.self) == manifest)
    }

    @Test func embeddedContentMustMatchItsDescriptor() throws {
        #expect(try Descriptor.empty.embeddedContent() == Array("{}".utf8))
        var none = Descriptor.empty
        none.data = nil
        #expect(try none.embeddedContent() == nil)
        var longer = Descriptor.empty
        longer.size = 3
        var other = Descriptor.empty
        other.data = Array("[]".utf8)
        for wrong in [longer, other] {
            #expect { try wrong.embeddedContent() } throws: { ($0 as? ImageModelError)?.kind == .malformed }
        }
    }

    @Test func writesDockerDescriptorsInDockersOrder() throws {
        let manifest = Fixtures.manifest(layers: [], config: .dockerConfig, type: .dockerManifest)
        let raw = try RawManifest(encoding: manifest)
        #expect(raw.mediaType == .dockerManifest)
        #expect(
            String(decoding: raw.bytes, as: UTF8.self)
                == #"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","#
                + #""config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":100,"#
                + #""digest":"\#(Fixtures.digest(0))"},"layers":[]}"#)
    }

    @Test func indexesRoundTrip() throws {
        let index = ImageIndex(
            manifests: [
                Descriptor(
                    mediaType: .ociManifest, digest: Fixtures.digest(1), size: 7, annotations: ["a": "b"],
                    platform: Platform(architecture: "arm", os: "linux", variant: "v7"), artifactType: "x/y")
            ], annotations: ["k": "v"])
        let raw = try RawManifest(encoding: index)
        #expect(raw.isIndex)
        #expect(try raw.decodeIndex() == index)
        #expect(
            try RawManifest(encoding: ImageIndex(mediaType: nil)).bytes
                == Array(#"{"schemaVersion":2,"manifests":[]}"#.utf8))
    }

    @Test func digestOfSignedSchema1CoversSignedContent() throws {
        let content = "{\n   \"schemaVersion\": 1,\n   \"name\": \"x\"\n}"
        let head = content.dropLast(2)
        let protected = #"{"formatLength":\#(head.utf8.count),"formatTail":"Cn0","time":"2020-01-01T00:00:00Z"}"#
        let encoded = Base64.encode(protected.utf8).filter { $0 != "=" }
        let signed = head + ",\n   \"signatures\": [{\"protected\": \"\(encoded)\", \"signature\": \"x\"}]\n}"
        let raw = try RawManifest(bytes: Array(signed.utf8))
        #expect(raw.mediaType == .dockerSchema1Signed)
        #expect(raw.digest == .sha256(of: Array(content.utf8)))
        let broken = head + ",\n   \"signatures\": [{\"protected\": \"e30\"}]\n}"
        #expect { try RawManifest(bytes: Array(broken.utf8)) } throws: { ($0 as? ImageModelError)?.kind == .malformed }
    }
}
