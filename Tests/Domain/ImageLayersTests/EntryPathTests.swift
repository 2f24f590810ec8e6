import Testing

@testable import ImageLayers

@Suite struct EntryPathTests {
    @Test(arguments: [
        ("a", ".", "a"), ("a/b", "a", "b"), ("/a/b/", "a", "b"), ("./a//b/./c", "a/b", "c"), ("a/../b", ".", "b"),
        ("a/b/../c", "a", "c"), ("a/b/../../c", ".", "c"), ("..a/.b", "..a", ".b"),
    ])
    func namesAreCleanedByTheirTextAlone(name: String, parent: String, base: String) throws {
        let path = try EntryPath(cleaning: Array(name.utf8))
        #expect(path.parent == Array(parent.utf8CString))
        #expect(path.base == Array(base.utf8CString))
        #expect(!path.isTop)
    }

    @Test(arguments: ["..", "../a", "a/../../b", "/../a", "a/../.."])
    func namesThatClimbOutAreRefused(name: String) {
        #expect(throws: LayerError.self) { try EntryPath(cleaning: Array(name.utf8)) }
        #expect(throws: LayerError.self) { try EntryPath(cleaning: Array(name.utf8), below: Array("x/y".utf8)) }
    }

    @Test(arguments: ["", ".", "/", "./", "a/..", "//./"])
    func namesThatSayNothingAreTheTop(name: String) throws {
        #expect(try EntryPath(cleaning: Array(name.utf8)).isTop)
        let below = try EntryPath(cleaning: Array(name.utf8), below: Array("x/y".utf8))
        #expect(below.isTop)
        #expect(below.whole == Array("x/y".utf8CString))
    }

    @Test func rejectsNUL() {
        #expect(throws: LayerError.self) { try EntryPath(cleaning: [0x61, 0, 0x62]) }
    }

    @Test func prependsThePrefix() throws {
        let path = try EntryPath(cleaning: Array("/c".utf8), below: Array("/x/y/".utf8))
        #expect(path.whole == Array("x/y/c".utf8CString))
    }

    @Test(arguments: [
        ("a", WhiteoutName.Reading.ordinary), (".wh.a", .deletion(Array("a".utf8CString))),
        ("d/.wh.a", .deletion(Array("a".utf8CString))), ("d/.wh..wh..opq", .opaqueDirectory),
        (".wh..wh.plnk", .bookkeeping), (".wh..wh.plnk/1.2", .bookkeeping), (".wh.", .invalid), (".wh..", .invalid),
        (".wh...", .invalid), ("a/.wh.b/c", .invalid), ("x.wh.a", .ordinary), (".wh", .ordinary),
        (".wh.....", .deletion(Array("....".utf8CString))),
    ])
    func whiteoutNamesAreRead(name: String, reading: WhiteoutName.Reading) throws {
        #expect(WhiteoutName.read(try EntryPath(cleaning: Array(name.utf8))) == reading)
    }
}
