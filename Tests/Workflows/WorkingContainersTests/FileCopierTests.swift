import Glibc
import LinuxSystem
import Testing

@testable import WorkingContainers

@Suite struct FileCopierTests {
    let tree: CopyTree

    init() throws { tree = try CopyTree() }

    @Test func contentModesTimesAndAttributesAreCopied() throws {
        let large = String(repeating: "large", count: 100_000)
        try tree.file("\(tree.source)/d/large", large, mode: 0o4755)
        try tree.file("\(tree.source)/d/small", "small", mode: 0o640)
        try tree.file("\(tree.source)/d/empty", "")
        try tree.directory("\(tree.source)/d/sub", mode: 0o1777)
        try ExtendedAttributes.set("user.note", value: [7], of: "\(tree.source)/d/small")
        try Files.symlink(target: "/nowhere", at: "\(tree.source)/d/link")
        #expect(mkfifo("\(tree.source)/d/pipe", 0o600) == 0)
        let time = FileTime(seconds: 77, nanoseconds: 5)
        for name in ["d/large", "d/sub", "d/link"] {
            try Files.setTimes(at: Files.currentDirectory, "\(tree.source)/\(name)", access: time, modification: time)
        }
        try tree.copy("d", to: "/x/y")
        #expect(try tree.content("x/y/large") == large)
        #expect(try tree.content("x/y/small") == "small")
        #expect(try tree.status("x/y/empty").size == 0)
        #expect(try tree.status("x/y/large").permissions == 0o4755)
        #expect(try tree.status("x/y/small").permissions == 0o640)
        #expect(try tree.status("x/y/sub").permissions == 0o1777)
        #expect(try tree.status("x/y/pipe").kind == .fifo)
        #expect(try ExtendedAttributes.get("user.note", of: "\(tree.rootfs)/x/y/small") == [7])
        for name in ["large", "sub", "link"] { #expect(try tree.status("x/y/\(name)").modification == time) }
        #expect(try Files.readSymlink("\(tree.rootfs)/x/y/link") == Array("/nowhere".utf8))
    }

    @Test func destinationCannotLeaveTheRoot() throws {
        try tree.file("\(tree.source)/f", "content")
        try tree.directory("\(tree.source)/../outside")
        try Files.symlink(target: "../outside", at: "\(tree.rootfs)/door")
        try Files.symlink(target: "\(tree.source)", at: "\(tree.rootfs)/absolute")
        try tree.copy("f", to: "/../../f")
        try tree.copy("f", to: "/door/g")
        try tree.copy("f", to: "/absolute/h")
        #expect(try tree.content("f") == "content")
        #expect(try Files.entries(ofDirectory: "\(tree.source)/../outside").isEmpty)
        #expect(try Files.entries(ofDirectory: tree.source).count == 1)
        #expect(try tree.content("outside/g") == "content")
    }

    @Test func linksToDirectoriesAreFollowedAndLinksToFilesReplaced() throws {
        try tree.file("\(tree.source)/d/bin/tool", "new")
        try tree.file("\(tree.source)/d/conf", "new")
        try tree.file("\(tree.rootfs)/usr/bin/old", "old")
        try tree.file("\(tree.rootfs)/target", "old")
        try Files.symlink(target: "usr/bin", at: "\(tree.rootfs)/bin")
        try Files.symlink(target: "target", at: "\(tree.rootfs)/conf")
        try tree.copy("d", to: "/")
        #expect(try tree.content("usr/bin/tool") == "new")
        #expect(try tree.status("bin").kind == .symlink)
        #expect(try tree.status("conf").kind == .regular)
        #expect(try tree.content("target") == "old")
    }

    @Test func existingDirectoriesGetTheSourcesAttributesExceptTheDestination() throws {
        try tree.directory("\(tree.source)/d/sub", mode: 0o700)
        try tree.directory("\(tree.source)/d", mode: 0o711)
        try tree.directory("\(tree.rootfs)/there/sub")
        try tree.directory("\(tree.rootfs)/there")
        try tree.copy("d", to: "/there")
        #expect(try tree.status("there").permissions == 0o755)
        #expect(try tree.status("there/sub").permissions == 0o700)
    }

    @Test func fileCannotReplaceADirectory() throws {
        try tree.file("\(tree.source)/f")
        try tree.directory("\(tree.rootfs)/f/kept")
        let error = #expect(throws: WorkingContainerError.self) { try tree.copy("f", to: "/f") }
        #expect(error?.code == .invalid)
        #expect(throws: WorkingContainerError.self) { try tree.copy("f", to: "/") }
    }

    @Test func hardLinksArePreserved() throws {
        try tree.file("\(tree.source)/d/a", "shared")
        try Files.link("\(tree.source)/d/a", "\(tree.source)/d/b")
        try tree.copy("d", to: "/d")
        #expect(try tree.status("d/a").inode == tree.status("d/b").inode)
        #expect(try tree.status("d/a").links == 2)
    }

    @Test func hardLinksAreNotMadeToAReplacedCopy() throws {
        try tree.file("\(tree.source)/one/a", "shared")
        try tree.directory("\(tree.source)/three")
        try Files.link("\(tree.source)/one/a", "\(tree.source)/three/b")
        try tree.file("\(tree.source)/two/a", "other")
        let copier = try FileCopier(
            from: PathHandle(trusting: tree.source), to: tree.rootfs,
            attributes: CopyAttributes(owner: (geteuid(), getegid())))
        for item in try tree.select(["one", "two", "three"]).items { try copier.copy(item, to: Array("/d".utf8)) }
        try copier.finish()
        #expect(try tree.content("d/a") == "other")
        #expect(try tree.content("d/b") == "shared")
    }

    @Test func linksAtTheDestinationCanBeRejected() throws {
        try tree.file("\(tree.source)/d/x/f")
        try tree.directory("\(tree.rootfs)/d")
        try tree.directory("\(tree.rootfs)/other")
        try Files.symlink(target: "/other", at: "\(tree.rootfs)/d/x")
        let copier = try FileCopier(
            from: PathHandle(trusting: tree.source), to: tree.rootfs,
            attributes: CopyAttributes(owner: (geteuid(), getegid())),
            collision: .refuse)
        let item = try #require(try tree.select(["d"]).items.first)
        #expect(throws: WorkingContainerError.self) { try copier.copy(item, to: Array("/d".utf8)) }
        #expect(!Files.exists("\(tree.rootfs)/other/f"))
        try tree.copy("d", to: "/d")
        #expect(Files.exists("\(tree.rootfs)/other/f"))
    }

    @Test func attributesCanBeOverridden() throws {
        try tree.file("\(tree.source)/d/sub/f")
        let time = FileTime(seconds: 9)
        try tree.copy("d", to: "/d") {
            $0.mode = ModeChange(absolute: 0o750)
            $0.modification = time
        }
        for name in ["d/sub", "d/sub/f"] {
            #expect(try tree.status(name).permissions == 0o750)
            #expect(try tree.status(name).modification == time)
        }
    }

    /// Root of the host, not of a user namespace: the devices need it.
    static var isHostRoot: Bool {
        guard geteuid() == 0, let map = try? Files.readFile("/proc/self/uid_map") else { return false }
        return String(decoding: map, as: UTF8.self).contains("4294967295")
    }

    @Test(.enabled(if: FileCopierTests.isHostRoot)) func ownersCapabilitiesAndDevicesAreCopied() throws {
        try tree.file("\(tree.source)/d/tool", "x", mode: 0o4711)
        chown("\(tree.source)/d/tool", 11, 12)
        chmod("\(tree.source)/d/tool", 0o4711)
        let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20, 0, 0] + [UInt8](repeating: 0, count: 12)
        try ExtendedAttributes.set("security.capability", value: capability, of: "\(tree.source)/d/tool")
        try Files.makeNode(
            at: Files.currentDirectory, "\(tree.source)/d/null", mode: UInt32(S_IFCHR) | 0o666, major: 1, minor: 3)
        try tree.copy("d", to: "/own") { $0.owner = nil }
        try tree.copy("d", to: "/given") { $0.owner = (5, 6) }
        #expect(try tree.status("own/tool").uid == 11)
        #expect(try tree.status("given/tool").gid == 6)
        #expect(try tree.status("given/tool").permissions == 0o4711)
        for place in ["own", "given"] {
            #expect(
                try ExtendedAttributes.get("security.capability", of: "\(tree.rootfs)/\(place)/tool") == capability)
            #expect(try tree.status("\(place)/null").deviceMinor == 3)
        }
    }

    @Test func holesArePreserved() throws {
        let path = "\(tree.source)/sparse"
        let file = try OwnedFD.open(path, O_CREAT | O_RDWR)
        #expect(ftruncate(file.raw, 1 << 32) == 0)
        try tree.copy("sparse", to: "/sparse")
        #expect(try tree.status("sparse").size == 1 << 32)
        #expect(try tree.status("sparse").blocks < 64)
    }

    @Test func namesMayBeInvalidUTF8() throws {
        let name: [CChar] = [0x64, -1, 0]
        let directory = try OwnedFD.open(tree.source, O_RDONLY | O_DIRECTORY)
        try Files.makeDirectory(at: directory.raw, name, mode: 0o755)
        try tree.copy(".", to: "/all")
        #expect(try Files.entries(ofDirectory: "\(tree.rootfs)/all").map(\.name) == [name])
    }
}
