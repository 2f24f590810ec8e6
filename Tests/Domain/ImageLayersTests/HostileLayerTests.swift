import Glibc
import LinuxSystem
import StreamCompression
import TarArchive
import Testing

@testable import ImageLayers

/// Layers that try to leave their root, or to make applying them expensive.
@Suite struct HostileLayerTests {
    let tree: ScratchTree
    let root: ScratchTree

    init() throws {
        tree = try ScratchTree()
        root = try ScratchTree()
        try tree.file("secret", "secret")
    }

    @Test func symbolicLinkCannotLeaveTheRoot() throws {
        let target = tree.path
        // Inside the root the target does not exist, so there is no directory to write into.
        #expect(throws: LayerError.self) {
            try root.apply {
                try $0.symlink("door", to: target)
                try $0.file("door/secret", "stolen")
            }
        }
        #expect(try tree.content("secret") == "secret")
        #expect(try tree.names() == ["secret"])
    }

    @Test func linksAreResolvedInsideTheRoot() throws {
        try root.apply {
            try $0.directory("usr/lib")
            try $0.symlink("lib", to: "/usr/lib")
            try $0.symlink("up", to: "../../../usr")
            try $0.file("lib/one", "1")
            try $0.file("up/lib/two", "2")
        }
        #expect(try root.content("usr/lib/one") == "1")
        #expect(try root.content("usr/lib/two") == "2")
    }

    @Test func theLastComponentIsNeverFollowed() throws {
        let target = "\(tree.path)/secret"
        try root.apply {
            try $0.symlink("file", to: target)
            try $0.file("file", "new")
            try $0.symlink("directory", to: "/")
            try $0.directory("directory") { $0.mode = 0o700 }
        }
        #expect(try tree.content("secret") == "secret")
        #expect(try root.status("file").kind == .regular)
        #expect(try root.status("directory").kind == .directory)
        #expect(try root.status("").permissions == 0o755)
    }

    @Test func aHardLinkCannotReachOutside() throws {
        let target = "\(tree.path)/secret"
        for linkTarget in [target, "../" + target, "door/secret"] {
            #expect(throws: LayerError.self) {
                try root.apply {
                    try $0.symlink("door", to: tree.path)
                    try $0.link("stolen", to: linkTarget)
                }
            }
        }
        #expect(!root.exists("stolen"))
        #expect(try tree.status("secret").links == 1)
    }

    @Test func aHardLinkToASymbolicLinkIsTheLinkItself() throws {
        let target = "\(tree.path)/secret"
        try root.apply {
            try $0.symlink("a", to: target)
            try $0.link("b", to: "a")
            try $0.file("b/../c", "c")
        }
        #expect(try root.status("b").kind == .symlink)
        #expect(try root.status("a").inode == root.status("b").inode)
    }

    @Test func aHardLinkToItselfKeepsTheFile() throws {
        try root.apply {
            try $0.directory("d")
            try $0.symlink("alias", to: "d")
            try $0.file("d/f", "kept")
            try $0.link("d/f", to: "d/f")
            try $0.link("alias/f", to: "d/f")
        }
        #expect(try root.content("d/f") == "kept")
    }

    @Test(arguments: ["missing", "d", "", "/", "d/../..", "gone"])
    func hardLinksToNoFileAreRefused(target: String) throws {
        let error = #expect(throws: (any Error).self) {
            try root.apply {
                try $0.directory("d")
                try $0.whiteout(".wh.gone")
                try $0.add("l", .hardLink) { $0.linkTarget = Array((target.isEmpty ? "." : target).utf8) }
            }
        }
        #expect(error is LayerError)
    }

    @Test func aDirectoryReplacedByALinkIsNotWrittenThrough() throws {
        #expect(throws: LayerError.self) {
            try root.apply {
                try $0.directory("d")
                try $0.file("d/a", "a")
                try $0.symlink("d", to: tree.path)
                try $0.file("d/secret", "stolen")
            }
        }
        #expect(try tree.content("secret") == "secret")
    }

    @Test func attributesOfSpecialFilesDoNotFollowLinks() throws {
        let target = "\(tree.path)/secret"
        let before = try tree.status("secret")
        try root.apply {
            try $0.symlink("s", to: target)
            try $0.add("p", .fifo) { $0.mode = 0o640 }
        }
        #expect(try root.status("p").permissions == 0o640)
        #expect(try tree.status("secret") == before)
    }

    @Test func anEntryCannotBeTheRootUnlessADirectory() throws {
        for name in [".", "/", "a/.."] {
            #expect(throws: LayerError.self) { try root.apply { try $0.symlink(name, to: "/etc") } }
        }
    }

    @Test func dropsOverlayAttributesOfUntrustedLayers() throws {
        try root.apply {
            try $0.directory("d") {
                $0.xattrs = [
                    (Array("user.overlay.redirect".utf8), Array("/etc".utf8)),
                    (Array("user.overlay.opaque".utf8), [0x79]), (Array("user.kept".utf8), [0x31]),
                    (Array("trusted.overlay.opaque".utf8), [0x79]), (Array("security.selinux".utf8), [0x31]),
                ]
            }
        }
        #expect(try root.attribute("user.overlay.redirect", of: "d") == nil)
        #expect(try root.attribute("user.overlay.opaque", of: "d") == nil)
        #expect(try root.attribute("trusted.overlay.opaque", of: "d") == nil)
        #expect(try root.attribute("user.kept", of: "d") == "1")
    }

    @Test func rejectsInvalidOwnerIds() throws {
        for uid in [-1, Int64(UInt32.max), Int64(UInt32.max) + 1, Int64.max] {
            let error = #expect(throws: LayerError.self) { try root.apply { try $0.file("f", "") { $0.uid = uid } } }
            #expect(error?.code == .unmappedOwner)
        }
    }

    @Test func deepPathsAreAnError() throws {
        let deep = String(repeating: "a/", count: 6000) + "f"
        #expect(throws: LayerError.self) { try root.apply { try $0.file(deep, "") } }
        let allowed = String(repeating: "b/", count: 600) + "f"
        try root.apply { try $0.file(allowed, "deep") }
        #expect(try root.content(allowed) == "deep")
    }

    @Test func holesAreNotWritten() throws {
        // A GNU sparse file (pax 1.0) of 1 TiB with one byte of data at its middle.
        let size: Int64 = 1 << 40
        let map = Array("1\n\(size / 2)\n1\n".utf8)
        let content = map + [UInt8](repeating: 0, count: 512 - map.count) + [0x41]
        let archive = try ArchiveBuilder.bytes { _ in }
        let header = try SparseArchive.entry(name: "sparse", realSize: size, content: content)
        let applier = try LayerApplier(
            directory: root.path, options: ApplyOptions(whiteouts: .overlay(userXattr: true)))
        _ = try applier.apply(MemorySource(header + archive))
        let status = try root.status("sparse")
        #expect(status.size == size)
        #expect(status.blocks <= 64)
    }

    @Test func messagesEscapeControlCharacters() throws {
        let error = #expect(throws: LayerError.self) {
            try root.apply { try $0.link("a\u{1b}[2J\n" + String(repeating: "n", count: 2000), to: "missing") }
        }
        let text = error?.description ?? ""
        #expect(!text.contains("\u{1b}") && !text.contains("\n") && text.utf8.count < 600)
    }

    @Test func noDescriptorsLeak() throws {
        func open() throws -> Int { try Files.entries(ofDirectory: "/proc/self/fd").count }
        let start = try open()
        for _ in 0..<50 {
            _ = try? root.apply {
                try $0.file("x/y/z", "")
                try $0.file("x/y/z/below", "")
            }
            _ = try? root.apply { try $0.link("l", to: "missing") }
        }
        // Other tests run concurrently.
        #expect(try open() < start + 45)
    }
}

/// A sparse file in GNU's pax format 1.0, which the writer does not support.
enum SparseArchive {
    static func entry(name: String, realSize: Int64, content: [UInt8]) throws -> [UInt8] {
        var bytes = try ArchiveBuilder.bytes {
            try $0.add(name, .regular, String(repeating: "\0", count: content.count)) {
                $0.paxRecords = [(Array("comment".utf8), Array("GNU".utf8))]
            }
        }
        // Put the sparse records in place of the comment, and the content in place of the zeros.
        var records: [UInt8] = []
        for (key, value) in [
            ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", name),
            ("GNU.sparse.realsize", "\(realSize)"),
        ] {
            let body = " \(key)=\(value)\n"
            var length = body.utf8.count + 1
            if "\(length)".utf8.count + body.utf8.count > length { length = "\(length)".utf8.count + body.utf8.count }
            records += Array("\(length)\(body)".utf8)
        }
        bytes.replaceSubrange(512..<1024, with: records + [UInt8](repeating: 0, count: 512 - records.count))
        let octal = String(records.count, radix: 8)
        let field = String(repeating: "0", count: 11 - octal.count) + octal
        bytes.replaceSubrange(124..<135, with: Array(field.utf8))
        bytes.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = String(bytes[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
        bytes.replaceSubrange(
            148..<156, with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 0x20])
        bytes.replaceSubrange(1536..<(1536 + content.count), with: content)
        return Array(bytes[..<(bytes.count - 1024)])
    }
}
