import ContentDigest
import Glibc
import ImageModel
import LinuxSystem
import StreamCompression
import TarArchive
import Testing

@testable import ImageTransports

@Suite struct ArchiveTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func archive(_ entries: [TarEntry], contents: [[UInt8]]) throws -> ArchiveFile {
        var bytes: [UInt8] = []
        let writer = TarWriter(write: { bytes += $0 })
        for (entry, content) in zip(entries, contents) {
            try writer.begin(entry)
            try content.withUnsafeBytes { try writer.write(content: $0) }
            try writer.end()
        }
        try writer.finish()
        return try ArchiveFile(path: try directory.write("a.tar", bytes), temporaryDirectory: "/tmp")
    }

    private func entry(_ name: String, _ kind: TarEntryKind, link: String = "", size: Int = 0) -> TarEntry {
        var entry = TarEntry(name: Array(name.utf8), kind: kind)
        entry.linkTarget = Array(link.utf8)
        entry.size = Int64(size)
        entry.mode = 0o644
        return entry
    }

    @Test func aNamedPipeIsRefusedWithoutWaitingForItsWriter() throws {
        let pipe = directory.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let error = #expect(throws: TransportError.self) { try ArchiveFile(path: pipe, temporaryDirectory: "/tmp") }
        #expect(error?.kind == .unsupported && error?.message.contains("a named pipe") == true)
    }

    @Test func findsFilesBetweenLargeOnes() throws {
        let large = [UInt8](repeating: 5, count: 3_000_001)
        let long = String(repeating: "d/", count: 90) + "long"
        let files = try archive(
            [
                entry("./large", .regular, size: large.count), entry("empty", .regular),
                entry(long, .regular, size: 3), entry("large2", .regular, size: large.count),
                entry("last", .regular, size: 4),
            ], contents: [large, [], [1, 2, 3], large, [4, 5, 6, 7]])
        #expect(try files.read("large", limit: 4 << 20) == large)
        #expect(try files.read("empty", limit: 1) == [])
        #expect(try files.read(long, limit: 10) == [1, 2, 3])
        #expect(try files.read("last", limit: 4) == [4, 5, 6, 7])
        #expect(try files.read("missing", limit: 4) == nil)
        #expect(throws: TransportError.self) { try files.read("large2", limit: 1000) }
    }

    @Test func linksStayInsideTheArchive() throws {
        let files = try archive(
            [
                entry("a/layer.tar", .regular, size: 2), entry("b/layer.tar", .symlink, link: "../a/layer.tar"),
                entry("c", .hardLink, link: "a/layer.tar"), entry("d", .symlink, link: "../../etc/passwd"),
                entry("e", .symlink, link: "f"), entry("f", .symlink, link: "e"), entry("../g", .regular, size: 1),
                entry("h", .symlink, link: "/a/layer.tar"), entry("dir", .directory),
            ], contents: [[1, 2], [], [], [], [], [], [9], [], []])
        for name in ["a/layer.tar", "b/layer.tar", "c", "h", "./a//layer.tar", "b/../c"] {
            #expect(try files.read(name, limit: 10) == [1, 2], "\(name)")
        }
        for name in ["d", "e", "f", "g", "../g", "dir", ""] {
            #expect(try files.read(name, limit: 10) == nil, "\(name)")
        }
    }

    @Test func truncatedArchivesAreErrors() throws {
        let whole = SampleImage.tar([("a", [1, 2, 3]), ("b", [UInt8](repeating: 1, count: 2000))])
        for length in [100, 1024 + 100, 1600, 3000] {
            try directory.write("t.tar", Array(whole.prefix(length)))
            #expect(throws: TransportError.self, "\(length) bytes") {
                try ArchiveFile(path: directory.file("t.tar"), temporaryDirectory: "/tmp")
            }
        }
    }

    @Test func headersSupportAnySize() throws {
        for size in [0, 511, 1 << 33 - 1, 1 << 33, Int64.max - 1024] as [Int64] {
            let bytes = ArchiveHeader.bytes(name: "blobs/sha256/\(String(repeating: "f", count: 64))", size: size)
            var position = 0
            let reader = TarReader(read: { buffer in
                let count = min(buffer.count, bytes.count - position)
                buffer.copyBytes(from: bytes[position..<position + count])
                position += count
                return count
            })
            #expect(try reader.next()?.size == size)
        }
    }

    @Test func ociArchivesRoundTrip() throws {
        let image = try SampleImage()
        let reference = try OCILayoutReference(path: directory.file("image.tar"), name: "v1")
        let destination = try OCIArchiveDestination(reference, synchronizes: false)
        let wrong = Descriptor(mediaType: "x/y", describing: [1, 2, 3])
        #expect(throws: TransportError.self) {
            try destination.putBlob(from: MemorySource([3, 2, 1]), expected: wrong)
        }
        try image.write(to: destination)
        #expect(try directory.names() == ["image.tar"])
        #expect(try image.isIdentical(to: OCIArchiveSource(reference)))
        #expect(try image.isIdentical(to: OCIArchiveSource(OCILayoutReference(path: reference.path, index: 0))))
        let packed = try SampleImage.gzip(Files.readFile(reference.path))
        try directory.write("image.tgz", packed)
        let compressed = try OCILayoutReference(path: directory.file("image.tgz"), name: "v1")
        #expect(try image.isIdentical(to: OCIArchiveSource(compressed, temporaryDirectory: "/tmp")))
    }

    @Test func uncommittedArchiveLeavesNothing() throws {
        do {
            let destination = try OCIArchiveDestination(OCILayoutReference(path: directory.file("x.tar")))
            _ = try destination.putBlob(from: MemorySource([1]), expected: nil)
        }
        #expect(try directory.names().isEmpty)
        #expect(throws: TransportError.self) {
            try OCIArchiveDestination(OCILayoutReference(path: directory.file("no/such/directory/x.tar")))
        }
        #expect(throws: TransportError.self) { try OCIArchiveDestination(OCILayoutReference(path: "/dev")) }
    }
}
