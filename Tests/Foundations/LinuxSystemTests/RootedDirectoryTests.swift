import Glibc
import LinuxSystem
import Testing

@Suite struct RootedDirectoryTests {
    let temporary: TemporaryDirectory
    let user = (uid: geteuid(), gid: getegid())

    init() throws {
        temporary = try TemporaryDirectory()
        try Files.makeDirectories(temporary("root/etc"))
        try temporary.write("root/etc/passwd", "inside")
        try temporary.write("secret", "outside")
        try Files.symlink(target: "/etc/passwd", at: temporary("root/absolute"))
        try Files.symlink(target: "../../../secret", at: temporary("root/etc/climbing"))
    }

    @Test(arguments: ["etc/passwd", "/etc/passwd", "../../etc/passwd", "absolute", "etc/../absolute"])
    func pathsStayInside(path: String) throws {
        let root = try RootedDirectory(opening: temporary("root"))
        #expect(try root.open(path, O_RDONLY).readAll(limit: 100) == Array("inside".utf8))
    }

    @Test(arguments: ["etc/climbing", "../secret", "/../secret"]) func pathsCannotReachOutside(path: String) throws {
        let root = try RootedDirectory(opening: temporary("root"))
        let error = #expect(throws: LinuxError.self) { try root.open(path, O_RDONLY).close() }
        #expect(error?.code == ENOENT)
    }

    @Test func linksCanBeForbidden() throws {
        let root = try RootedDirectory(opening: temporary("root"))
        try root.openNoSymlinks("etc/passwd", O_RDONLY).close()
        let linked = #expect(throws: LinuxError.self) { try root.openNoSymlinks("absolute", O_RDONLY).close() }
        #expect(linked?.code == ELOOP)
        let above = #expect(throws: LinuxError.self) { try root.openNoSymlinks("../secret", O_RDONLY).close() }
        #expect(above?.code == EXDEV)
    }

    @Test(arguments: [
        ("a/b/c", "a/b/c"), ("/a//./b/", "a/b"), ("a/../b", "b"), ("../../x/y/../../z", "z"), ("", ""),
        ("up/new", "new"), ("abs/new", "etc/new"), ("dangling/new", "made/here/new"), ("etc/rel/new", "etc/deep/new"),
    ])
    func directoriesAreCreatedInside(path: String, expected: String) throws {
        try Files.symlink(target: "../../..", at: temporary("root/up"))
        try Files.symlink(target: "/etc", at: temporary("root/abs"))
        try Files.symlink(target: "/made/here", at: temporary("root/dangling"))
        try Files.symlink(target: "./deep", at: temporary("root/etc/rel"))
        let root = try RootedDirectory(opening: temporary("root"))
        let made = try root.makeDirectories(path, mode: 0o1757, uid: user.uid, gid: user.gid)
        let found = try Files.status(temporary("root/" + expected))
        #expect(found.kind == .directory)
        #expect(try made.status().inode == found.inode)
        if !expected.isEmpty { #expect(found.permissions == 0o1757) }
        #expect(try Files.entries(ofDirectory: temporary.path).count == 2)
    }

    @Test func linkLoopsAreRejected() throws {
        try Files.symlink(target: "loop/x", at: temporary("root/loop"))
        let root = try RootedDirectory(opening: temporary("root"))
        let error = #expect(throws: LinuxError.self) {
            try root.makeDirectories("loop/y", mode: 0o755, uid: user.uid, gid: user.gid).close()
        }
        #expect(error?.code == ELOOP)
    }

    @Test func fileInsteadOfADirectoryIsAnError() throws {
        let root = try RootedDirectory(opening: temporary("root"))
        let error = #expect(throws: LinuxError.self) {
            try root.makeDirectories("etc/passwd/x", mode: 0o755, uid: user.uid, gid: user.gid).close()
        }
        #expect(error?.code == ENOTDIR)
    }
}
