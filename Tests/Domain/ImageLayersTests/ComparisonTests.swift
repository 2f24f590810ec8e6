import Glibc
import LinuxSystem
import StreamCompression
import TarArchive
import Testing

@testable import ImageLayers

/// Archives created by comparing a tree with the one it was copied from.
@Suite struct ComparisonTests {
    let parent: ScratchTree
    let tree: ScratchTree

    init() throws {
        parent = try ScratchTree()
        tree = try ScratchTree()
        for tree in [parent, tree] {
            try tree.directory("etc")
            try tree.directory("etc/deep")
            try tree.directory("usr")
            for name in ["etc/a", "etc/deep/b", "usr/c", "usr/d"] {
                try tree.file(name, name)
                try tree.setTime(1000, of: name)
            }
            try tree.symlink("link", to: "usr")
        }
    }

    private func changes() throws -> [String] {
        try listing(LayerMaker.archive(of: tree, .wholeTree(parent: parent.path)).bytes).map(\.text)
    }

    @Test func equalTreesMakeNoEntry() throws {
        #expect(try changes() == [])
    }

    @Test func withoutAParentEverythingIsListed() throws {
        let all = try LayerMaker.archive(of: tree, .wholeTree(parent: nil))
        #expect(
            try listing(all.bytes).map(\.text)
                == ["etc/", "etc/a", "etc/deep/", "etc/deep/b", "link", "usr/", "usr/c", "usr/d"])
    }

    @Test func changedFileIsListedWithItsParents() throws {
        try tree.file("etc/deep/b", "other content")
        #expect(try changes() == ["etc/", "etc/deep/", "etc/deep/b"])
    }

    @Test func unchangedSiblingDirectoriesAreNotListed() throws {
        try tree.file("usr/new", "")
        #expect(try changes() == ["usr/", "usr/new"])
    }

    @Test func detectsChangedModeTimeAndSize() throws {
        chmod("\(tree.path)/etc/a", 0o600)
        try tree.setTime(1000, 1, of: "usr/c")
        chmod("\(tree.path)/etc/deep", 0o700)
        #expect(try changes() == ["etc/", "etc/a", "etc/deep/", "usr/", "usr/c"])
    }

    @Test func detectsChangedAttributes() throws {
        try tree.setAttribute("user.note", "n", of: "usr/d")
        #expect(try changes() == ["usr/", "usr/d"])
    }

    @Test func deletionsBecomeWhiteoutsInOrder() throws {
        try Files.removeTree("\(tree.path)/etc")
        try Files.removeFile("\(tree.path)/usr/c")
        #expect(try changes() == [".wh.etc", "usr/", "usr/.wh.c"])
    }

    @Test func changedTypeReplacesTheWholeTree() throws {
        try Files.removeTree("\(tree.path)/etc")
        try tree.file("etc", "a file")
        try Files.removeFile("\(tree.path)/link")
        try tree.directory("link")
        try tree.file("link/f")
        #expect(try changes() == ["etc", "link/", "link/f"])
    }

    @Test func aLinkWithAnotherTargetHasChanged() throws {
        try Files.removeFile("\(tree.path)/link")
        try tree.symlink("link", to: "etc")
        #expect(try changes() == ["link"])
    }

    @Test func aNewNameOfAnUnchangedFileCarriesTheContent() throws {
        try tree.link("usr/e", to: "usr/d")
        try tree.link("usr/f", to: "usr/d")
        let entries = try listing(LayerMaker.archive(of: tree, .wholeTree(parent: parent.path)).bytes)
        #expect(entries.map(\.text) == ["usr/", "usr/e", "usr/f"])
        #expect(entries.map(\.kind) == [.directory, .regular, .hardLink])
        #expect(entries[2].linkTarget == Array("usr/e".utf8))
    }

    @Test func onlyTheReplacedHardLinkIsListed() throws {
        for tree in [parent, tree] { try tree.link("usr/second", to: "usr/d") }
        try Files.removeFile("\(tree.path)/usr/second")
        try tree.file("usr/second", "its own now")
        let entries = try listing(LayerMaker.archive(of: tree, .wholeTree(parent: parent.path)).bytes)
        #expect(entries.map(\.text) == ["usr/", "usr/second"])
        #expect(entries[1].kind == .regular)
    }

    @Test func applyingChangesToTheParentYieldsTheTree() throws {
        try Files.removeTree("\(tree.path)/etc/deep")
        try tree.file("etc/deep", "now a file")
        try Files.removeFile("\(tree.path)/usr/c")
        try tree.directory("usr/c", mode: 0o700)
        try tree.file("usr/c/inside", "new")
        try Files.removeFile("\(tree.path)/etc/a")
        // An archive has whole seconds.
        for name in ["etc/deep", "usr/c/inside"] { try tree.setTime(5, of: name) }
        let made = try LayerMaker.archive(of: tree, .wholeTree(parent: parent.path))
        let reader = try LayerApplier(directory: parent.path, options: ApplyOptions(whiteouts: .removing))
        _ = try reader.apply(MemorySource(made.bytes))
        #expect(try LayerMaker.archive(of: tree, .wholeTree(parent: parent.path)).facts.entryCount == 0)
    }
}
