import Glibc
import LinuxSystem
import TarArchive
import Testing

@testable import ImageLayers

/// Deletions in overlayfs's form, in any order in the archive.
@Suite struct OverlayWhiteoutTests {
    let root: ScratchTree
    let opaque = "user.overlay.opaque"

    init() throws { root = try ScratchTree() }

    @Test func whiteoutIsAZeroDevice() throws {
        let facts = try root.apply { try $0.whiteout("etc/.wh.passwd") }
        #expect(try root.isWhiteout("etc/passwd"))
        #expect(try root.names(in: "etc") == ["passwd"])
        #expect(facts.entryCount == 1)
        #expect(facts.uids.isEmpty)
    }

    @Test func aFileOfTheSameLayerSurvivesItsWhiteoutInEitherOrder() throws {
        try root.apply {
            try $0.whiteout(".wh.after")
            try $0.file("after", "new")
            try $0.file("before", "new")
            try $0.whiteout(".wh.before")
            try $0.whiteout(".wh.link")
            try $0.symlink("link", to: "after")
            try $0.whiteout(".wh.hard")
            try $0.link("hard", to: "after")
        }
        #expect(try root.content("after") == "new")
        #expect(try root.content("before") == "new")
        #expect(try root.status("link").kind == .symlink)
        #expect(try root.status("hard").links == 2)
    }

    @Test(arguments: [true, false])
    func aDirectoryThatReplacesADeletedOneIsOpaque(whiteoutFirst: Bool) throws {
        try root.apply {
            if whiteoutFirst { try $0.whiteout(".wh.d") }
            try $0.directory("d") { $0.mode = 0o750 }
            if !whiteoutFirst { try $0.whiteout(".wh.d") }
            try $0.file("d/f")
        }
        #expect(try root.attribute(opaque, of: "d") == "y")
        #expect(try root.status("d").permissions == 0o750)
        #expect(try root.content("d/f") == "x")
    }

    @Test func impliedDirectoryReplacesADeletedOneToo() throws {
        try root.apply {
            try $0.whiteout(".wh.d")
            try $0.file("d/e/f")
        }
        #expect(try root.attribute(opaque, of: "d") == "y")
        #expect(try root.attribute(opaque, of: "d/e") == nil)
        #expect(try root.content("d/e/f") == "x")
    }

    @Test func directoryReplacingAFileHidesLowerContents() throws {
        try root.apply {
            try $0.file("d")
            try $0.directory("d")
        }
        #expect(try root.attribute(opaque, of: "d") == "y")
    }

    @Test(arguments: [0, 1, 2])
    func anOpaqueMarkerMayStandAnywhere(position: Int) throws {
        try root.apply {
            if position == 0 { try $0.whiteout("d/.wh..wh..opq") }
            try $0.directory("d")
            if position == 1 { try $0.whiteout("d/.wh..wh..opq") }
            try $0.file("d/f")
            if position == 2 { try $0.whiteout("d/.wh..wh..opq") }
        }
        #expect(try root.attribute(opaque, of: "d") == "y")
        #expect(try root.names(in: "d") == ["f"])
    }

    @Test func aufsBookkeepingIsIgnored() throws {
        try root.apply {
            try $0.directory(".wh..wh.plnk")
            try $0.file(".wh..wh.plnk/1.2")
            try $0.file(".wh..wh.aufs")
            try $0.directory("d/.wh..wh.orph")
        }
        #expect(try root.names() == [])
    }

    @Test(arguments: [".wh.", "d/.wh..", ".wh...", "d/.wh.x/file"])
    func whiteoutsOfNothingAreRefused(name: String) throws {
        let error = #expect(throws: LayerError.self) {
            try root.apply {
                try $0.directory("d")
                try $0.whiteout(name)
            }
        }
        #expect(error?.code == .malformed)
    }

    @Test func whiteoutNamesAreLiteralInUnpackedArchives() throws {
        try root.apply(.literal) {
            try $0.file(".wh.a", "1")
            try $0.file("d/.wh..wh..opq", "2")
            try $0.file(".wh.", "3")
        }
        #expect(try root.names() == [".wh.", ".wh.a", "d"])
        #expect(try root.content("d/.wh..wh..opq") == "2")
    }
}

/// Deletions in a tree that also has the parent's files.
@Suite struct RemovingWhiteoutTests {
    let root: ScratchTree

    init() throws {
        root = try ScratchTree()
        try root.directory("d")
        try root.directory("d/sub")
        try root.file("d/old", "old")
        try root.file("d/sub/old", "old")
        try root.file("f", "old")
        try root.symlink("alias", to: "d")
    }

    @Test func removesTheParentsFiles() throws {
        try root.apply(.removing) {
            try $0.whiteout(".wh.d")
            try $0.whiteout(".wh.f")
            try $0.whiteout(".wh.never-there")
            try $0.whiteout(".wh.alias")
        }
        #expect(try root.names() == [])
    }

    @Test func whiteoutOfALinkKeepsItsTarget() throws {
        try root.apply(.removing) { try $0.whiteout(".wh.alias") }
        #expect(try root.names() == ["d", "f"])
    }

    @Test(arguments: [true, false])
    func aDirectoryMadeAnewKeepsOnlyTheLayersFiles(whiteoutFirst: Bool) throws {
        try root.apply(.removing) {
            if whiteoutFirst { try $0.whiteout(".wh.d") }
            try $0.directory("d")
            try $0.file("d/new")
            try $0.file("d/sub/new")
            if !whiteoutFirst { try $0.whiteout(".wh.d") }
        }
        #expect(try root.names(in: "d") == ["new", "sub"])
        #expect(try root.names(in: "d/sub") == ["new"])
    }

    @Test(arguments: [true, false], ["d", "mine"])
    func anOpaqueDirectoryKeepsOnlyTheLayersFiles(markerFirst: Bool, name: String) throws {
        try root.apply(.removing) {
            if markerFirst { try $0.whiteout("d/.wh..wh..opq") }
            // A file written through the layer's own link is its own, too.
            if name == "mine" {
                try $0.directory("d")
                try $0.symlink("mine", to: "d")
            }
            try $0.file("\(name)/new")
            try $0.file("\(name)/sub/deep/new")
            if !markerFirst { try $0.whiteout("d/.wh..wh..opq") }
        }
        #expect(try root.names(in: "d") == ["new", "sub"])
        #expect(try root.names(in: "d/sub") == ["deep"])
        #expect(try root.names(in: "d/sub/deep") == ["new"])
        #expect(try root.content("f") == "old")
    }

    @Test("as with overlay, a directory takes the place of a lower layer's link or file above an entry")
    func aParentsLinkIsNotFollowed() throws {
        try root.apply(.removing) {
            try $0.file("alias/new")
            try $0.file("f/below")
        }
        #expect(try root.status("alias").kind == .directory)
        #expect(try root.names(in: "alias") == ["new"])
        #expect(try root.names(in: "d").contains("new") == false)
        #expect(try root.names(in: "f") == ["below"])
    }

    @Test func anOpaqueRootKeepsOnlyTheLayersFiles() throws {
        try root.apply(.removing) {
            try $0.file("d/new")
            try $0.whiteout(".wh..wh..opq")
        }
        #expect(try root.names() == ["d"])
        #expect(try root.names(in: "d") == ["new"])
    }

    @Test func entriesReplaceOtherTypes() throws {
        try root.apply(.removing) {
            try $0.file("d", "now a file")
            try $0.directory("f")
            try $0.directory("alias")
        }
        #expect(try root.content("d") == "now a file")
        #expect(try root.status("f").kind == .directory)
        #expect(try root.status("alias").kind == .directory)
    }

    @Test func aReplacedFileIsNotWrittenThrough() throws {
        try root.link("other", to: "f")
        try root.apply(.removing) { try $0.file("f", "new") }
        #expect(try root.content("f") == "new")
        #expect(try root.content("other") == "old")
    }

    @Test func aHardLinkMayPointIntoTheParent() throws {
        try root.apply(.removing) { try $0.link("d/linked", to: "f") }
        #expect(try root.status("d/linked").inode == root.status("f").inode)
    }
}
