import ContentDigest
import ImageModel
import JSONText
import LinuxSystem
import StreamCompression
import Testing

@testable import ImageTransports

@Suite struct HostileLayoutTests {
    let directory: TemporaryDirectory
    let image: SampleImage
    let layout: OCILayoutReference

    init() throws {
        directory = try TemporaryDirectory()
        image = try SampleImage()
        layout = try OCILayoutReference(path: directory.file("layout"))
        try image.write(to: try OCILayoutDestination(layout, synchronizes: false))
    }

    private func replaceBlob(_ blob: Descriptor, with make: (_ name: String) throws -> Void) throws {
        let name = "layout/\(LayoutPath.blob(blob.digest))"
        try Files.removeFile(directory.file(name))
        try make(name)
    }

    private func setIndex(_ entry: JSONValue) throws {
        let index: JSONValue = ["schemaVersion": 2, "manifests": [entry]]
        try directory.write("layout/index.json", index.serialized())
    }

    @Test func symbolicLinksCannotLeaveTheLayout() throws {
        let (blob, bytes) = image.blobs[1]
        try directory.write("outside", bytes)
        for target in [directory.file("outside"), "../../../outside"] {
            try replaceBlob(blob) { try Files.symlink(target: target, at: directory.file($0)) }
            #expect(throws: TransportError.self) { try OCILayoutSource(layout).readBlob(blob) }
        }
        // They may stay inside it: some tools share blobs in this way.
        try directory.write("layout/shared", bytes)
        try replaceBlob(blob) { try Files.symlink(target: "../../shared", at: directory.file($0)) }
        #expect(try OCILayoutSource(layout).readBlob(blob) == bytes)
    }

    @Test func aDestinationWritesNothingBehindASymbolicLink() throws {
        try Files.makeDirectory(directory.file("elsewhere"), mode: 0o755)
        try Files.makeDirectory(directory.file("fake"), mode: 0o755)
        try Files.symlink(target: "../elsewhere", at: directory.file("fake/blobs"))
        let destination = try OCILayoutDestination(
            try OCILayoutReference(path: directory.file("fake")), synchronizes: false)
        #expect(throws: TransportError.self) {
            try destination.putBlob(from: MemorySource([1]), expected: nil)
        }
        #expect(try directory.names(in: "elsewhere").isEmpty)
    }

    @Test func rejectsNonRegularFiles() throws {
        let blob = image.blobs[1].descriptor
        try replaceBlob(blob) { try Files.makeFifo(at: Files.currentDirectory, directory.file($0)) }
        #expect(throws: TransportError.self) { try OCILayoutSource(layout).readBlob(blob) }
        try replaceBlob(blob) { try Files.makeDirectory(directory.file($0)) }
        #expect(throws: TransportError.self) { try OCILayoutSource(layout).readBlob(blob) }
    }

    @Test func detectsChangedBlobsAndManifests() throws {
        let (blob, bytes) = image.blobs[1]
        try replaceBlob(blob) { try directory.write($0, [UInt8](repeating: 7, count: bytes.count)) }
        #expect(throws: TransportError.self) { try OCILayoutSource(layout).readBlob(blob) }
        try replaceBlob(blob) { try directory.write($0, bytes + [0]) }
        #expect(throws: TransportError.self) { try OCILayoutSource(layout).readBlob(blob) }
        try replaceBlob(image.manifest.descriptor) { try directory.write($0, Array("{}".utf8)) }
        let error = #expect(throws: TransportError.self) { try OCILayoutSource(layout).manifest(nil) }
        #expect(error?.kind == .mismatch)
    }

    @Test func hugeManifestsAreNotRead() throws {
        let huge = [UInt8](repeating: 0x20, count: ImageLimits.manifest + 1)
        let descriptor = Descriptor(mediaType: .ociManifest, describing: huge)
        try directory.write("layout/\(LayoutPath.blob(descriptor.digest))", huge)
        try setIndex(try JSONValueEncoder().encode(descriptor))
        let error = #expect(throws: TransportError.self) { try OCILayoutSource(layout).manifest(nil) }
        #expect(error?.kind == .tooLarge)
        try directory.write("layout/index.json", huge)
        #expect(throws: TransportError.self) { try OCILayoutSource(layout) }
    }

    @Test(arguments: [
        "sha256:../../../../etc/passwd", "sha256:", "../x", "sha256:\(String(repeating: "A", count: 64))",
        "md5:\(String(repeating: "a", count: 32))",
    ])
    func wrongDigestsNeverBecomePaths(digest: String) throws {
        try setIndex(["mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": .string(digest), "size": 1])
        let error = #expect(throws: TransportError.self) { try OCILayoutSource(layout).manifest(nil) }
        #expect(error?.kind == .malformed)
    }

    @Test(arguments: ["", "[]", "{}", "{\"schemaVersion\":2,\"manifests\":3}", "{\"schemaVersion\":1}", "nonsense"])
    func brokenIndexesAreErrors(text: String) throws {
        try directory.write("layout/index.json", Array(text.utf8))
        #expect(throws: TransportError.self) { try OCILayoutSource(layout) }
    }

    @Test func rejectsOtherVersions() throws {
        try directory.write("layout/oci-layout", Array(#"{"imageLayoutVersion":"2.0.0"}"#.utf8))
        let error = #expect(throws: TransportError.self) { try OCILayoutSource(layout) }
        #expect(error?.kind == .unsupported)
        #expect(throws: TransportError.self) {
            try OCILayoutSource(try OCILayoutReference(path: directory.file("missing")))
        }
    }
}
