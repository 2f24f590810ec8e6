import ContentDigest
import ImageModel
import JSONText
import LinuxSystem
import StreamCompression
import Testing

@testable import ImageTransports

@Suite struct OCILayoutTests {
    let directory: TemporaryDirectory
    let image: SampleImage

    init() throws {
        directory = try TemporaryDirectory()
        image = try SampleImage()
    }

    private func reference(_ name: String? = nil, index: Int? = nil) throws -> OCILayoutReference {
        try OCILayoutReference(path: directory.file("layout"), name: name, index: index)
    }

    private func write(_ image: SampleImage, as name: String? = nil) throws {
        try image.write(to: try OCILayoutDestination(try reference(name), synchronizes: false))
    }

    @Test func writtenImageRoundTrips() throws {
        try write(image)
        let source = try OCILayoutSource(try reference())
        #expect(try image.isIdentical(to: source))
        #expect(source.description == "oci:\(directory.file("layout"))")
        #expect(try source.manifest(image.manifest.digest).bytes == image.manifest.bytes)
        let blobs = (image.blobs.map(\.descriptor.digest) + [image.manifest.digest]).map {
            "layout/\(LayoutPath.blob($0))"
        }
        #expect(try directory.names() == (blobs + ["layout/index.json", "layout/oci-layout"]).sorted())
    }

    @Test func malformedEntryLeavesTheOthersReadable() throws {
        try write(image, as: "good")
        let index = try JSONValue(parsing: Files.readFile(directory.file("layout/index.json")))
        let bad: [JSONValue] = [
            ["mediaType": "x/y", "digest": "sha256:", "annotations": ["org.opencontainers.image.ref.name": "bad"]],
            17, ["size": "many"],
        ]
        var object = try #require(index.object)
        object["manifests"] = .array(bad + (object["manifests"]?.array ?? []))
        try directory.write("layout/index.json", JSONValue.object(object).serialized())
        #expect(try image.isIdentical(to: OCILayoutSource(try reference("good"))))
        #expect(try image.isIdentical(to: OCILayoutSource(try reference(index: 3))))
        for wanted in [try reference("bad"), try reference(index: 1), try reference(index: 2)] {
            let error = #expect(throws: TransportError.self) { try OCILayoutSource(wanted) }
            #expect(error?.kind == .malformed && error?.description.contains("manifests[") == true)
        }
        let ambiguous = #expect(throws: TransportError.self) { try OCILayoutSource(try reference()) }
        #expect(ambiguous?.kind == .ambiguous)
        let listed = try OCILayoutSource.entries(inLayoutAt: directory.file("layout"))
        #expect(listed.map(\.place) == [3] && listed[0].image.digest == image.manifest.digest)
        // Writing keeps them.
        try write(try SampleImage(seed: 1), as: "more")
        let after = try JSONValue(parsing: Files.readFile(directory.file("layout/index.json")))
        #expect(after["manifests"]?.array?.count == 5)
        // Removing another image leaves them alone.
        let path = directory.file("layout")
        #expect(try OCILayoutRemoval.remove(at: path) { $0.annotations?[LayoutPath.nameAnnotation] == "more" } == 1)
        #expect(try image.isIdentical(to: OCILayoutSource(try reference("good"))))
    }

    @Test func fullNamesOfContainerdAreFound() throws {
        try write(image, as: "1.0")
        let index = try JSONValue(parsing: Files.readFile(directory.file("layout/index.json")))
        var object = try #require(index.object)
        var entry = try #require(object["manifests"]?[0])
        entry["annotations"]?["io.containerd.image.name"] = "docker.io/library/busybox:1.0"
        object["manifests"] = [entry]
        try directory.write("layout/index.json", JSONValue.object(object).serialized())
        let source = try OCILayoutSource(try reference("docker.io/library/busybox:1.0"))
        #expect(try image.isIdentical(to: source))
        #expect(throws: TransportError.self) { try OCILayoutSource(try reference("docker.io/library/busybox:2.0")) }
    }

    @Test func blobsMayBeSharedBetweenLayouts() throws {
        let shared = directory.file("shared")
        let first = try OCILayoutDestination(try reference("a"), synchronizes: false, sharedBlobs: shared)
        try image.write(to: first)
        #expect(try directory.names().filter { $0.hasPrefix("layout/") } == ["layout/index.json", "layout/oci-layout"])
        #expect(Files.exists("\(shared)/sha256/\(image.manifest.digest.hex)"))
        #expect(try image.isIdentical(to: OCILayoutSource(try reference("a"), sharedBlobs: shared)))
        let missing = #expect(throws: TransportError.self) { try OCILayoutSource(try reference("a")).manifest(nil) }
        #expect(missing?.kind == .notFound)
        let second = try OCILayoutReference(path: directory.file("second"))
        let destination = try OCILayoutDestination(second, synchronizes: false, sharedBlobs: shared)
        for blob in image.blobs { #expect(try destination.hasBlob(blob.descriptor)) }
    }

    @Test func removalKeepsTheBlobsOfOthers() throws {
        let second = try SampleImage(seed: 1)
        try write(image, as: "a")
        try write(image, as: "b")
        try write(second, as: "c")
        let path = directory.file("layout")
        #expect(try OCILayoutRemoval.remove(at: path) { $0.annotations?[LayoutPath.nameAnnotation] == "a" } == 1)
        #expect(try image.isIdentical(to: OCILayoutSource(try reference("b"))))
        #expect(try OCILayoutRemoval.remove(at: path) { $0.annotations?[LayoutPath.nameAnnotation] == "b" } == 1)
        #expect(!Files.exists("\(path)/\(LayoutPath.blob(image.manifest.digest))"))
        #expect(try second.isIdentical(to: OCILayoutSource(try reference("c"))))
        #expect(try OCILayoutRemoval.remove(at: path) { _ in false } == 0)
    }

    @Test func sameNameIsReplacedAndOthersStay() throws {
        let second = try SampleImage(seed: 1)
        try write(image, as: "a")
        try write(image, as: "b")
        try write(second, as: "a")
        #expect(try second.isIdentical(to: OCILayoutSource(try reference("a"))))
        #expect(try image.isIdentical(to: OCILayoutSource(try reference("b"))))
        // The image that had the name stays without it, as in Skopeo.
        let entries = try OCILayoutSource.images(inLayoutAt: directory.file("layout"))
        #expect(entries.count == 3 && entries[0].annotations == nil && entries[0].digest == image.manifest.digest)
        #expect(try image.isIdentical(to: OCILayoutSource(try reference(index: 1))))
        let ambiguous = #expect(throws: TransportError.self) { try OCILayoutSource(try reference()) }
        #expect(ambiguous?.kind == .ambiguous && ambiguous?.message.contains("b, a") == true)
        let missing = #expect(throws: TransportError.self) { try OCILayoutSource(try reference("c")) }
        #expect(missing?.kind == .noSuchImage)
        #expect(throws: TransportError.self) { try OCILayoutSource(try reference(index: 3)) }
    }

    @Test func theSameUnnamedImageIsReplacedAndOthersStay() throws {
        try write(image)
        try write(image)
        #expect(try image.isIdentical(to: OCILayoutSource(try reference())))
        try write(try SampleImage(seed: 1))
        #expect(try OCILayoutSource.images(inLayoutAt: directory.file("layout")).count == 2)
        // An unnamed entry gets the name.
        try write(image, as: "a")
        #expect(try OCILayoutSource.images(inLayoutAt: directory.file("layout")).count == 2)
        #expect(try image.isIdentical(to: OCILayoutSource(try reference("a"))))
    }

    @Test func preservesUnknownIndexMembers() throws {
        try write(image, as: "a")
        let index = try JSONValue(parsing: Files.readFile(directory.file("layout/index.json")))
        var object = try #require(index.object)
        object["annotations"] = ["com.example": "x"]
        object["later"] = 1
        try directory.write("layout/index.json", JSONValue.object(object).serialized())
        try write(try SampleImage(seed: 1), as: "b")
        let after = try JSONValue(parsing: Files.readFile(directory.file("layout/index.json")))
        #expect(after["annotations"]?["com.example"]?.string == "x" && after["later"]?.integer == 1)
        #expect(after["manifests"]?.array?.count == 2)
    }

    @Test func nothingIsVisibleBeforeCommit() throws {
        let destination = try OCILayoutDestination(try reference(), synchronizes: false)
        try destination.putManifest(image.manifest, instance: nil)
        #expect(throws: TransportError.self) { try OCILayoutSource(try reference()) }
        #expect(throws: TransportError.self) {
            try OCILayoutDestination(try reference(), synchronizes: false).commit()
        }
    }

    @Test func wrongContentIsNotStored() throws {
        let destination = try OCILayoutDestination(try reference(), synchronizes: false)
        let (descriptor, bytes) = image.blobs[1]
        var other = bytes
        other[0] ^= 1
        var longer = descriptor
        longer.size -= 1
        var shorter = descriptor
        shorter.size += 1
        for (content, expected) in [(other, descriptor), (bytes, longer), (bytes, shorter), ([], descriptor)] {
            let error = #expect(throws: TransportError.self) {
                try destination.putBlob(from: MemorySource(content), expected: expected)
            }
            #expect(error?.kind == .mismatch)
        }
        #expect(try directory.names() == ["layout/oci-layout"])
        #expect(try !destination.hasBlob(descriptor))
    }

    @Test func aBlobWithoutADigestGetsOne() throws {
        let destination = try OCILayoutDestination(try reference(), synchronizes: false)
        let (digest, size) = try destination.putBlob(from: MemorySource(Array("x".utf8)), expected: nil)
        #expect(digest == Digest.sha256(of: "x") && size == 1)
        let long = Digest.hash(Array("y".utf8), with: .sha512)
        let stored = try destination.putBlob(
            from: MemorySource(Array("y".utf8)), expected: Descriptor(mediaType: "x/y", digest: long, size: -1))
        #expect(stored.digest == long)
        #expect(Files.exists(directory.file("layout/blobs/sha512/\(long.hex)")))
    }

    @Test func aTruncatedBlobIsReplaced() throws {
        let (descriptor, bytes) = image.blobs[1]
        let destination = try OCILayoutDestination(try reference(), synchronizes: false)
        _ = try destination.putBlob(from: MemorySource(bytes), expected: descriptor)
        try directory.write("layout/\(LayoutPath.blob(descriptor.digest))", Array(bytes.prefix(10)))
        #expect(try !destination.hasBlob(descriptor))
        _ = try destination.putBlob(from: MemorySource(bytes), expected: descriptor)
        #expect(try destination.hasBlob(descriptor))
    }

    @Test func rejectsManifestsOfOtherFormats() throws {
        let destination = try OCILayoutDestination(try reference(), synchronizes: false)
        let docker = try SampleImage(docker: true)
        let error = #expect(throws: TransportError.self) { try destination.putManifest(docker.manifest, instance: nil) }
        #expect(error?.kind == .unsupported)
    }
}
