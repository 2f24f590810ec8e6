import ContentDigest
import ImageModel
import JSONText
import LinuxSystem
import Testing

@testable import ImageTransports

@Suite struct DockerArchiveTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func oneImageRoundTrips() throws {
        let image = try SampleImage(docker: true)
        let reference = try DockerArchiveReference(parsing: "\(directory.file("a.tar")):example.com/x:1")
        try image.write(to: try DockerArchiveDestination(reference, synchronizes: false))
        #expect(try directory.names() == ["a.tar"])
        #expect(try image.isIdentical(to: DockerArchiveSource(reference)))
        #expect(try image.isIdentical(to: DockerArchiveSource(DockerArchiveReference(path: reference.path))))
        let again = #expect(throws: TransportError.self) { try DockerArchiveDestination(reference) }
        #expect(again?.message == "docker-archive doesn't support modifying existing images")
    }

    @Test func severalImagesShareAnArchive() throws {
        let images = [try SampleImage(docker: true), try SampleImage(seed: 1, docker: true)]
        let path = directory.file("a.tar")
        let writer = try DockerArchiveWriter(path: path, synchronizes: false)
        let names = try ["a.io/one:1", "a.io/two:2", "a.io/three:3"].map { try ImageReference(parsing: $0) }
        try images[0].write(to: writer.destination(tags: [names[0]]))
        try images[1].write(to: writer.destination(tags: [names[1]]))
        try images[0].write(to: writer.destination(tags: [names[2]]))
        try writer.finish()
        let archive = try DockerArchive(path: path)
        #expect(archive.images.map(\.tags) == [["a.io/one:1", "a.io/three:3"], ["a.io/two:2"]])
        for (name, image) in zip(names, [images[0], images[1], images[0]]) {
            let source = try DockerArchiveSource(archive, DockerArchiveReference(path: path, image: name))
            #expect(try image.isIdentical(to: source))
        }
        #expect(
            try images[1].isIdentical(to: DockerArchiveSource(archive, DockerArchiveReference(path: path, index: 1))))
        for reference in ["\(path)", "\(path):@2", "\(path):a.io/one:2"] {
            #expect(throws: TransportError.self) {
                try DockerArchiveSource(archive, DockerArchiveReference(parsing: reference))
            }
        }
    }

    /// An archive of old Docker versions: `ID/layer.tar`, here compressed, without repository names.
    @Test func compressedLayersAreRead() throws {
        let image = try SampleImage(docker: true)
        let manifest: JSONValue = [
            ["Config": "c.json", "RepoTags": nil, "Layers": ["1/layer.tar", "./2/layer.tar"]]
        ]
        let archive = SampleImage.tar([
            ("2/layer.tar", try SampleImage.gzip(image.blobs[2].bytes)), ("1/layer.tar", image.blobs[1].bytes),
            ("c.json", image.blobs[0].bytes), ("manifest.json", manifest.serialized()),
        ])
        for (name, bytes) in [("a.tar", archive), ("a.tar.gz", try SampleImage.gzip(archive))] {
            let path = try directory.write(name, bytes)
            #expect(try image.isIdentical(to: DockerArchiveSource(DockerArchiveReference(path: path))))
        }
    }

    @Test(arguments: [
        #"[{"Config":"c.json","Layers":["l"]}]"#, #"[{"Config":"c.json","Layers":[]}]"#, #"[{"Layers":[]}]"#, "{}",
        "[]",
        #"[{"Config":"../../etc/passwd","Layers":[]}]"#, "nonsense",
    ])
    func brokenArchivesAreErrors(manifest: String) throws {
        let config = #"{"rootfs":{"type":"layers","diff_ids":["\#(Digest.sha256(of: "x"))"]}}"#
        let path = try directory.write(
            "a.tar", SampleImage.tar([("c.json", Array(config.utf8)), ("manifest.json", Array(manifest.utf8))]))
        #expect(throws: TransportError.self) { try DockerArchiveSource(DockerArchiveReference(path: path)) }
    }

    @Test func rejectsOtherArchives() throws {
        let path = try directory.write("a.tar", SampleImage.tar([("other", Array("{}".utf8))]))
        let error = #expect(throws: TransportError.self) { try DockerArchive(path: path) }
        #expect(error?.kind == .unsupported)
    }

    @Test(arguments: [#"{"a":{"b":"../x"}}"#, #"{"a":{"b":7}}"#, "nonsense"])
    func brokenArchivesOfOldVersionsAreErrors(repositories: String) throws {
        let path = try directory.write("a.tar", SampleImage.tar([("repositories", Array(repositories.utf8))]))
        #expect(throws: TransportError.self) { try DockerArchive(path: path) }
    }
}
