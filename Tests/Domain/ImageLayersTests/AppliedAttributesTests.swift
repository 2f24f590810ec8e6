import ContentDigest
import Glibc
import LinuxSystem
import StreamCompression
import TarArchive
import Testing

@testable import ImageLayers

/// Owners, modes, times and attributes of the files in a layer.
@Suite struct AppliedAttributesTests {
    let root: ScratchTree

    init() throws { root = try ScratchTree() }

    @Test func modesAreKeptWithTheirSpecialBits() throws {
        try root.apply {
            try $0.directory("./") { $0.mode = 0o711 }
            try $0.directory("tmp") { $0.mode = 0o1777 }
            try $0.directory("mail") { $0.mode = 0o2775 }
            try $0.file("mail/su") { $0.mode = 0o4755 }
            try $0.file("sg") { $0.mode = 0o2711 }
            try $0.file("none") { $0.mode = 0 }
        }
        #expect(try root.status("").permissions == 0o711)
        #expect(try root.status("tmp").permissions == 0o1777)
        #expect(try root.status("mail").permissions == 0o2775)
        #expect(try root.status("mail/su").permissions == 0o4755)
        #expect(try root.status("sg").permissions == 0o2711)
        #expect(try root.status("none").permissions == 0)
    }

    @Test func timesAreKeptToTheNanosecond() throws {
        try root.apply {
            try $0.directory("d") { $0.modification = (100, 1) }
            try $0.file("d/f") { $0.modification = (200, 2) }
            try $0.symlink("d/l", to: "nowhere")
            try $0.add("d/p", .fifo) { $0.modification = (-1, 999_999_999) }
            try $0.directory("d/e") { $0.modification = (300, 3) }
            try $0.directory("d/e") { $0.modification = (400, 4) }
            try $0.file("d/e/late")
            try $0.directory(".") { $0.modification = (500, 5) }
        }
        #expect(try root.status("d").modification == FileTime(seconds: 100, nanoseconds: 1))
        #expect(try root.status("d/f").modification == FileTime(seconds: 200, nanoseconds: 2))
        #expect(try root.status("d/l").modification == FileTime(seconds: 1_000_000))
        #expect(try root.status("d/p").modification == FileTime(seconds: -1, nanoseconds: 999_999_999))
        #expect(try root.status("d/e").modification == FileTime(seconds: 400, nanoseconds: 4))
        #expect(try root.status("").modification == FileTime(seconds: 500, nanoseconds: 5))
    }

    @Test func directoryTimesAreCorrectBeyondTheMemoryLimit() throws {
        let directory = try RootedDirectory(opening: root.path)
        var times = DirectoryTimes(maximumBytes: 300)
        for name in ["a", "a/b", "a/b/c", "a/d", "e", "f"] {
            try root.directory(name)
            try times.record(Array(name.utf8CString), FileTime(seconds: Int64(name.utf8.count)), in: directory)
        }
        try times.settle(in: directory)
        for name in ["a/b", "a/b/c", "a/d", "e", "f"] {
            #expect(try root.status(name).modification.seconds == Int64(name.utf8.count))
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func ownersAreKeptAndReported() throws {
        let facts = try root.apply {
            try $0.file("f") { ($0.uid, $0.gid, $0.mode) = (1000, 1001, 0o4711) }
            try $0.add("l", .symlink) { ($0.uid, $0.gid, $0.linkTarget) = (7, 8, [0x61]) }
            try $0.whiteout(".wh.w")
        }
        let status = try root.status("f")
        #expect(status.uid == 1000 && status.gid == 1001 && status.permissions == 0o4711)
        #expect(try root.status("l").uid == 7)
        #expect(facts.uids == [7, 1000])
        #expect(facts.gids == [8, 1001])
    }

    @Test(.enabled(if: geteuid() != 0)) func anOwnerOutOfReachIsAnErrorUnlessIgnored() throws {
        #expect(throws: LayerError.self) {
            try root.apply(.overlay(userXattr: true), { $0.ignoreUnmappedOwners = false }) {
                try $0.file("f") { $0.uid = 0 }
            }
        }
        try root.apply(.overlay(userXattr: true), { $0.ignoreUnmappedOwners = true }) {
            try $0.file("g") { $0.uid = 0 }
        }
        #expect(try root.status("g").uid == geteuid())
    }

    @Test(.enabled(if: geteuid() == 0)) func fileCapabilitiesAreKept() throws {
        // Version 2, effective, CAP_NET_RAW.
        let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20, 0, 0] + [UInt8](repeating: 0, count: 12)
        try root.apply {
            try $0.file("ping") { entry in
                entry.uid = 5
                entry.xattrs = [(Array("security.capability".utf8), capability)]
            }
        }
        #expect(try ExtendedAttributes.get("security.capability", of: "\(root.path)/ping") == capability)
        let made = try LayerMaker.archive(of: root, .wholeTree(parent: nil))
        let entry = try #require(try listing(made.bytes).first { $0.text == "ping" })
        #expect(entry.xattrs.map(\.value) == [capability])
    }

    @Test(.enabled(if: ScratchTree.canMakeDevices)) func devicesAreMadeWhereTheRightIsGiven() throws {
        func build(_ builder: ArchiveBuilder) throws {
            try builder.add("null", .characterDevice) { ($0.deviceMajor, $0.deviceMinor, $0.mode) = (1, 3, 0o666) }
            try builder.add("disk", .blockDevice) { ($0.deviceMajor, $0.deviceMinor, $0.mode) = (8, 300, 0o660) }
        }
        try root.apply(.overlay(userXattr: true), { $0.makesDevices = false }, build)
        #expect(try root.names() == [])
        try root.apply(.overlay(userXattr: true), { $0.makesDevices = true }, build)
        let (null, disk) = (try root.status("null"), try root.status("disk"))
        #expect(null.kind == .characterDevice && null.deviceMajor == 1 && null.deviceMinor == 3)
        #expect(disk.kind == .blockDevice && disk.deviceMajor == 8 && disk.deviceMinor == 300)
        #expect(null.permissions == 0o666)
    }

    @Test func namesNeedNotBeUTF8() throws {
        let name: [UInt8] = [0x66, 0xff, 0xfe, 0x0a]
        try root.apply { try $0.file("x") { $0.name = name } }
        let found = try Files.entries(ofDirectory: root.path).map(\.bytes)
        #expect(found == [name])
        let made = try LayerMaker.archive(of: root, .wholeTree(parent: nil))
        #expect(try listing(made.bytes).map(\.name) == [name])
    }

    @Test func impliedDirectoriesCopyLowerAttributes() throws {
        let (near, far) = (try ScratchTree(), try ScratchTree())
        try far.directory("tmp", mode: 0o1777)
        try far.setTime(77, of: "tmp")
        try far.directory("hidden", mode: 0o700)
        try near.file("hidden")
        try far.directory("linked", mode: 0o700)
        try near.symlink("linked", to: "/tmp")
        try near.directory("opaque", mode: 0o710)
        try near.setAttribute("user.overlay.opaque", "y", of: "opaque")
        try far.directory("opaque")
        try far.directory("opaque/below", mode: 0o700)
        try root.apply(.overlay(userXattr: true), { $0.lowerDirectories = [near.path, far.path] }) {
            for directory in ["tmp", "hidden", "linked", "opaque/below", "new/er"] { try $0.file("\(directory)/f") }
        }
        #expect(try root.status("tmp").permissions == 0o1777)
        #expect(try root.status("tmp").modification == FileTime(seconds: 77))
        #expect(try root.status("hidden").permissions == 0o755)
        #expect(try root.status("linked").permissions == 0o755)
        #expect(try root.status("opaque").permissions == 0o710)
        #expect(try root.status("opaque/below").permissions == 0o755)
        #expect(try root.status("new/er").permissions == 0o755)
    }

    @Test func anArchiveUnpacksThroughALinkToADirectory() throws {
        try root.directory("usr")
        try root.directory("usr/bin")
        try root.symlink("bin", to: "usr/bin")
        try root.apply(prefix: "bin", .literal) {
            try $0.directory("./") { $0.mode = 0o750 }
            try $0.file("./tool")
            try $0.link("./tool2", to: "tool")
        }
        #expect(try root.status("bin").kind == .symlink)
        #expect(try root.names(in: "usr/bin") == ["tool", "tool2"])
        #expect(try root.status("usr/bin").permissions == 0o750)
        #expect(throws: LayerError.self) { try root.apply(prefix: "bin", .literal) { try $0.file("../x") } }
    }

    @Test func optionsOverrideTheArchive() throws {
        let time = FileTime(seconds: 42)
        let owner = (geteuid(), getegid())
        try root.apply(
            .literal,
            {
                $0.owner = owner
                $0.permissions = 0o600
                $0.modification = time
            }
        ) {
            try $0.file("f") { ($0.uid, $0.mode) = (12345, 0o644) }
            try $0.directory("d") { $0.uid = 12345 }
        }
        #expect(try root.status("f").permissions == 0o600)
        #expect(try root.status("d").modification == time)
        #expect(try root.status("f").modification == time)
    }

    @Test func lastDuplicateEntryWins() throws {
        try root.apply {
            try $0.file("f", "one")
            try $0.file("f", "2")
            try $0.directory("d")
            try $0.file("d/f")
            try $0.file("d", "file")
        }
        #expect(try root.content("f") == "2")
        #expect(try root.content("d") == "file")
    }

    @Test func theDigestCoversEveryByte() throws {
        let archive = try ArchiveBuilder.bytes { try $0.file("f") } + [UInt8](repeating: 0, count: 9216)
        let applier = try LayerApplier(
            directory: root.path, options: ApplyOptions(whiteouts: .overlay(userXattr: true)))
        let facts = try applier.apply(MemorySource(archive))
        #expect(facts.size == Int64(archive.count))
        #expect(facts.diffID.description == digest(of: archive))
    }
}
