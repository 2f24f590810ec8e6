import Glibc
import LinuxSystem
import Testing

@Suite struct PathHandleTests {
    let temporary: TemporaryDirectory

    init() throws {
        temporary = try TemporaryDirectory()
        try Files.makeDirectories(temporary("root/place"))
        try temporary.write("root/place/file", "inside")
        try temporary.write("file", "outside")
        try Files.symlink(target: "../..", at: temporary("root/way"))
    }

    @Test func handleRefersToTheSameFileAfterRenames() throws {
        let handle = try RootedDirectory(opening: temporary("root")).handle(at: "place")
        try Files.rename(temporary("root/place"), temporary("root/elsewhere"))
        try Files.symlink(target: "..", at: temporary("root/place"))
        let file = try handle.rootedDirectory().open("file", O_RDONLY)
        #expect(try file.readAll(limit: 100) == Array("inside".utf8))
        #expect(try Files.entries(of: handle.openDirectory()).map(\.text) == ["file"])
        let found = try handle.rootedDirectory().handle(at: "file")
        try Files.rename(temporary("file"), temporary("root/elsewhere/file"))
        #expect(try found.readFile(limit: 100) == Array("inside".utf8))
    }

    @Test func namesMayBeInvalidUTF8() throws {
        let name: [CChar] = [0x61, CChar(bitPattern: 0xff), 0]
        let root = try OwnedFD.open(temporary("root"), O_RDONLY | O_DIRECTORY)
        try Files.makeDirectory(at: root.raw, name, mode: 0o700)
        try Files.symlink(target: "..", at: temporary("root/a\u{fffd}"))
        let wanted = try Files.status(at: root.raw, name)
        let found = try RootedDirectory(opening: temporary("root")).handle(at: name)
        #expect(try found.status().inode == wanted.inode)
        let made = try RootedDirectory(opening: temporary("root")).makeDirectories(
            [0x61, 0xff, 0x2f, 0xfe], mode: 0o700, uid: geteuid(), gid: getegid())
        #expect(try Files.entries(of: found.openDirectory()).map(\.bytes) == [[0xfe]])
        #expect(try made.status().kind == .directory)
    }

    @Test func linksCannotLeaveTheRoot() throws {
        let root = try RootedDirectory(opening: temporary("root"))
        let inode = try Files.status(temporary("root")).inode
        #expect(try root.handle(at: "way").status().inode == inode)
        let error = #expect(throws: LinuxError.self) { _ = try root.handle(at: "way/file") }
        #expect(error?.code == ENOENT)
    }

    @Test func rootMustBeADirectory() throws {
        let handle = try PathHandle(trusting: temporary("file"))
        #expect(try handle.status().kind == .regular)
        let error = #expect(throws: LinuxError.self) { _ = try handle.rootedDirectory().fd }
        #expect(error?.code == ENOTDIR)
    }

    @Test func readingPipesAndEndlessDevicesTerminates() throws {
        #expect(mkfifo(temporary("pipe"), 0o600) == 0)
        let pipe = #expect(throws: LinuxError.self) { try Files.readFile(temporary("pipe")) }
        #expect(pipe?.code == EINVAL)
        let endless = #expect(throws: LinuxError.self) { try Files.readFile("/dev/zero", limit: 4096) }
        #expect(endless?.code == EFBIG)
        #expect(try Files.readFile("/dev/null").isEmpty)
        var ends: [Int32] = [-1, -1]
        #expect(Glibc.pipe(&ends) == 0)
        let reader = OwnedFD(adopting: ends[0])
        let writer = OwnedFD(adopting: ends[1])
        try writer.writeAll(Array("text".utf8))
        writer.close()
        #expect(try Files.readFile("/dev/fd/\(reader.raw)") == Array("text".utf8))
    }
}
