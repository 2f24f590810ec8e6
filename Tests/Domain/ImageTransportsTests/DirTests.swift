import ContentDigest
import ImageModel
import LinuxSystem
import StreamCompression
import Testing

@testable import ImageTransports

@Suite struct DirTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func imageRoundTripsAndIsReplacedByTheNext() throws {
        let path = directory.file("image")
        let first = try SampleImage()
        let second = try SampleImage(seed: 1, docker: true)
        for image in [first, second] {
            try image.write(to: try DirDestination(path: path, synchronizes: false))
            #expect(try image.isIdentical(to: DirSource(path: path)))
            let names =
                image.blobs.map { "image/\($0.descriptor.digest.hex)" } + ["image/manifest.json", "image/version"]
            #expect(try directory.names() == names.sorted())
        }
        #expect(try Files.readFile(directory.file("image/version")) == DirPath.versionContent)
    }

    @Test func listedManifestsAreFoundByDigest() throws {
        let path = directory.file("image")
        let image = try SampleImage()
        let destination = try DirDestination(path: path, synchronizes: false)
        try destination.putManifest(image.manifest, instance: image.manifest.digest)
        let index = try RawManifest(encoding: ImageIndex(manifests: [image.manifest.descriptor]))
        try destination.putManifest(index, instance: nil)
        try destination.commit()
        let source = try DirSource(path: path)
        #expect(try source.manifest(nil).isIndex)
        #expect(try source.manifest(image.manifest.digest).bytes == image.manifest.bytes)
        try directory.write("image/\(image.manifest.digest.hex).manifest.json", index.bytes)
        #expect(throws: TransportError.self) { try source.manifest(image.manifest.digest) }
    }

    @Test func rejectsOtherDirectories() throws {
        try directory.write("precious", [1])
        let error = #expect(throws: TransportError.self) { try DirDestination(path: directory.path) }
        #expect(error?.kind == .unsupported)
        #expect(try directory.names() == ["precious"])
        try directory.write("version", Array("1.0".utf8))
        #expect(throws: TransportError.self) { try DirDestination(path: directory.path) }
        #expect(throws: TransportError.self) { try DirSource(path: directory.path) }
    }

    @Test(arguments: [
        ("manifest.json", true), ("signature-1", true), (String(repeating: "a", count: 64), true),
        (String(repeating: "a", count: 64) + ".manifest.json", true), (String(repeating: "a", count: 63), false),
        ("version", false), ("notes.txt", false), (String(repeating: "g", count: 64), false),
        (String(repeating: "a", count: 64) + ".txt", false),
    ])
    func onlyFilesOfImagesAreRemoved(name: String, isOwn: Bool) {
        #expect(DirPath.isOwn(name) == isOwn)
    }
}
