import ContentDigest
import Glibc
import LinuxSystem
import StreamCompression
import TarArchive
import Testing

@testable import ImageLayers

func digest(of bytes: [UInt8]) -> String { Digest.sha256(of: bytes).description }

extension LayerMaker {
    static func archive(
        of tree: ScratchTree, _ content: Content, _ options: Options = Options()
    ) throws -> (bytes: [UInt8], facts: LayerMeasurements) {
        let sink = MemorySink()
        let maker = try LayerMaker(
            directory: tree.path, content: content, options: options, archive: { try sink.write($0) })
        let facts = try maker.make()
        return (sink.bytes, facts)
    }
}

/// Archives of overlay upper directories.
@Suite struct OverlayLayerMakerTests {
    let tree: ScratchTree
    let overlay = LayerMaker.Content.overlayUpper(userXattr: true)

    init() throws { tree = try ScratchTree() }

    @Test func namesAreInByteOrderAndDirectoriesFirst() throws {
        for name in ["b", "b/x", "a"] { try tree.directory(name) }
        for name in ["b.file", "b/é", "b/z", "a/1", "B"] { try tree.file(name) }
        let made = try LayerMaker.archive(of: tree, overlay)
        #expect(
            try listing(made.bytes).map(\.text) == ["B", "a/", "a/1", "b/", "b/x/", "b/z", "b/é", "b.file"])
        #expect(made.facts.entryCount == 8)
        #expect(made.facts.diffID.description == digest(of: made.bytes))
        #expect(made.facts.size == Int64(made.bytes.count))
        #expect(try LayerMaker.archive(of: tree, overlay).bytes == made.bytes)
    }

    @Test func timesAreWholeSecondsAndTakeNoExtendedHeaders() throws {
        try tree.file("late")
        try tree.setTime(1_577_934_245, 999_999_999, of: "late")
        try tree.file("old")
        try tree.setTime(-2, 500_000_000, of: "old")
        let made = try LayerMaker.archive(of: tree, overlay)
        let entries = try listing(made.bytes)
        #expect(entries.map(\.modification.seconds) == [1_577_934_245, -2])
        #expect(entries.map(\.modification.nanoseconds) == [0, 0])
        // One block for `late`, and the end. The time before the epoch takes an extended header.
        #expect(made.bytes.count == (1 + 3 + 2) * 512)
        #expect(try tree.status("late").modification.nanoseconds == 999_999_999)
    }

    @Test func timesInTheDirectoryFollowTheArchiveOnRequest() throws {
        try tree.directory("d")
        try tree.file("d/new")
        try tree.file("d/old")
        try tree.setTime(5, 5, of: "d/old")
        try tree.symlink("d/link", to: "old")
        let latest = ModificationTimes.atMost(FileTime(seconds: 1000))
        _ = try LayerMaker.archive(of: tree, overlay, .init(modification: latest))
        #expect(try tree.status("d/new").modification.seconds > 1000)
        _ = try LayerMaker.archive(of: tree, overlay, .init(modification: latest, setsTimes: true))
        for name in ["d", "d/new", "d/link"] {
            #expect(try tree.status(name).modification == FileTime(seconds: 1000))
        }
        #expect(try tree.status("d/old").modification == FileTime(seconds: 5, nanoseconds: 5))
    }

    @Test func emptyDirectoryMakesNoEntry() throws {
        #expect(try LayerMaker.archive(of: tree, overlay).facts.entryCount == 0)
    }

    @Test func holesWithoutEndAreNotDigested() throws {
        for name in ["a", "b"] {
            try tree.file(name)
            #expect(truncate("\(tree.path)/\(name)", 600 << 30) == 0)
        }
        let error = #expect(throws: LayerError.self) {
            // The first alone would be within the limit, and take minutes.
            let maker = try LayerMaker(directory: tree.path, content: overlay)
            maker.holes = 500 << 30
            _ = try maker.make()
        }
        #expect(error?.code == .unsupported)
        #expect(error?.entry == "a")
    }

    @Test func deletionsBecomeWhiteouts() throws {
        try tree.directory("d")
        #expect(mknod("\(tree.path)/d/gone", S_IFCHR, 0) == 0)
        try tree.directory("o")
        try tree.setAttribute("user.overlay.opaque", "y", of: "o")
        try tree.setAttribute("user.overlay.origin", "x", of: "o")
        try tree.setAttribute("user.mine", "m", of: "o")
        try tree.file("o/new")
        let entries = try listing(LayerMaker.archive(of: tree, overlay).bytes)
        #expect(entries.map(\.text) == ["d/", "d/.wh.gone", "o/", "o/.wh..wh..opq", "o/new"])
        #expect(entries[1].kind == .regular && entries[1].size == 0)
        #expect(entries[2].xattrs.map(\.name) == [Array("user.mine".utf8)])
    }

    @Test func rejectsRedirectedDirectories() throws {
        try tree.directory("moved")
        try tree.setAttribute("user.overlay.redirect", "/old", of: "moved")
        #expect(throws: LayerError.self) { try LayerMaker.archive(of: tree, overlay) }
    }

    @Test func rejectsInvalidWhiteoutNames() throws {
        try tree.file(".wh.")
        let error = #expect(throws: LayerError.self) { try LayerMaker.archive(of: tree, overlay) }
        #expect(error?.code == .unsupported)
    }

    @Test func hardLinksPointToTheFirstName() throws {
        try tree.file("b", "content")
        try tree.link("a", to: "b")
        try tree.link("c", to: "b")
        let entries = try listing(LayerMaker.archive(of: tree, overlay).bytes)
        #expect(entries.map(\.kind) == [.regular, .hardLink, .hardLink])
        #expect(entries.map(\.linkTarget) == [[], [0x61], [0x61]])
    }

    @Test func skipsSockets() throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("\(tree.path)/s".utf8)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        #expect(bound == 0)
        #expect(try LayerMaker.archive(of: tree, overlay).facts.entryCount == 0)
    }

    @Test func treesBeyondPathMaxAreAnError() throws {
        var directory = try OwnedFD.open(tree.path, O_RDONLY | O_DIRECTORY)
        let name = String(repeating: "n", count: 200)
        for _ in 0..<25 {
            try Files.makeDirectory(at: directory.raw, name)
            directory = try OwnedFD.open(at: directory.raw, name, O_RDONLY | O_DIRECTORY)
        }
        let error = #expect(throws: LayerError.self) { try LayerMaker.archive(of: tree, overlay) }
        #expect(error?.code == .unsupported)
    }

    @Test func rootIsListedWhenChanged() throws {
        let status = try tree.status("")
        var options = LayerMaker.Options(parentRoot: status)
        #expect(try LayerMaker.archive(of: tree, overlay, options).facts.entryCount == 0)
        chmod(tree.path, 0o711)
        let entries = try listing(LayerMaker.archive(of: tree, overlay, options).bytes)
        #expect(entries.map(\.text) == ["./"])
        #expect(entries[0].mode == 0o711)
        options.parentRoot = nil
        #expect(try LayerMaker.archive(of: tree, overlay, options).facts.entryCount == 0)
    }

    @Test func fixedTimeMakesEqualContentReproducible() throws {
        let other = try ScratchTree()
        for (tree, time) in [(tree, Int64(5)), (other, 6)] {
            try tree.directory("d")
            try tree.file("d/f", "same")
            try tree.symlink("d/l", to: "f")
            try tree.setTime(time, of: "d/f")
        }
        let options = LayerMaker.Options(modification: .fixed(FileTime(seconds: 1)))
        let (one, two) = (
            try LayerMaker.archive(of: tree, overlay, options), try LayerMaker.archive(of: other, overlay, options)
        )
        #expect(one.facts.diffID == two.facts.diffID)
    }

    @Test func createdLayerAppliesToTheSameTree() throws {
        try tree.directory("d", mode: 0o1777)
        try tree.file("d/f", String(repeating: "content", count: 100_000), mode: 0o4755)
        try tree.link("d/g", to: "d/f")
        try tree.symlink("l", to: "/d")
        #expect(mkfifo("\(tree.path)/p", 0o600) == 0)
        #expect(mknod("\(tree.path)/w", S_IFCHR, 0) == 0)
        try tree.directory("o")
        try tree.setAttribute("user.overlay.opaque", "y", of: "o")
        try tree.setTime(1000, 123_456_789, of: "d/f")
        try tree.setTime(2000, 1, of: "d")
        try tree.setTime(3000, of: "")
        let made = try LayerMaker.archive(of: tree, overlay)
        let copy = try ScratchTree()
        let applier = try LayerApplier(
            directory: copy.path, options: ApplyOptions(whiteouts: .overlay(userXattr: true)))
        let split = MemorySink()
        let facts = try applier.apply(MemorySource(made.bytes), tarSplit: split)
        #expect(facts.diffID == made.facts.diffID)
        #expect(facts.entryCount == made.facts.entryCount)
        // A whiteout has the time of its directory, and the root is not in the archive.
        try copy.setTime(3000, of: "")
        #expect(try LayerMaker.archive(of: copy, overlay).bytes == made.bytes)
        let source = MemorySource(split.bytes)
        let assembler = TarSplitAssembler(lines: { try source.read(into: $0) }) { name in
            let file = FileReader(try OwnedFD.open("\(copy.path)/\(String(decoding: name, as: UTF8.self))", O_RDONLY))
            return { try file.read(into: $0) }
        }
        let again = MemorySink()
        try assembler.copy { try again.write($0) }
        #expect(again.bytes == made.bytes)
    }
}

private final class FileReader {
    private let file: OwnedFD

    init(_ file: consuming OwnedFD) { self.file = file }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try file.read(into: buffer) }
}
