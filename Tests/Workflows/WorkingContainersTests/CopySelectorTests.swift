import Glibc
import LinuxSystem
import Testing

@testable import WorkingContainers

@Suite struct CopySelectorTests {
    let tree: CopyTree

    init() throws {
        tree = try CopyTree()
        for name in ["a.txt", "b.txt", "d/one", "d/sub/two", "e.md"] { try tree.file("\(tree.source)/\(name)", name) }
        try Files.symlink(target: "d", at: "\(tree.source)/link")
        try Files.symlink(target: "/etc/passwd", at: "\(tree.source)/outside")
    }

    private func names(_ selection: CopySelection) -> [String] {
        selection.items.map { String(decoding: $0.name, as: UTF8.self) }
    }

    @Test func wildcardMatchesAreInByteOrder() throws {
        #expect(names(try tree.select(["*.txt"])) == ["a.txt", "b.txt"])
        #expect(names(try tree.select(["*/on*", "/e.md"])) == ["one", "one", "e.md"])
    }

    @Test func parentsPrecedeTheirContent() throws {
        let item = try #require(try tree.select(["."]).items.first)
        let paths = item.descendants.map { String(decoding: $0.path, as: UTF8.self) }
        #expect(paths == ["a.txt", "b.txt", "d", "e.md", "link", "outside", "d/one", "d/sub", "d/sub/two"])
    }

    @Test(arguments: ["missing", "*.none", "d/missing", "outside", "a.txt/x", "../../../../etc/passwd"])
    func missingSourceIsAnError(source: String) {
        let error = #expect(throws: WorkingContainerError.self) { try tree.select([source]) }
        #expect(error?.code == .noSuchSource)
    }

    @Test func patternWithoutMatchesIsIgnoredNextToAnExistingSource() throws {
        #expect(names(try tree.select(["*.none", "e.md"])) == ["e.md"])
    }

    @Test func dotsCannotLeaveTheRoot() throws {
        #expect(names(try tree.select(["../../a.txt"])) == ["a.txt"])
    }

    @Test func specifiedLinkIsFollowed() throws {
        let item = try #require(try tree.select(["link"]).items.first)
        #expect(item.isDirectory && item.path == Array("d".utf8) && item.name == Array("link".utf8))
        #expect(item.descendants.count == 3)
    }

    @Test func excludedFilesCannotBeReachedThroughLinks() throws {
        let filter = CopyTree.without("d")
        #expect(throws: WorkingContainerError.self) { try tree.select(["link"], filter) }
        #expect(throws: WorkingContainerError.self) { try tree.select(["link/one"], filter) }
        let item = try #require(try tree.select(["."], filter).items.first)
        #expect(!item.descendants.contains { $0.path.starts(with: "d".utf8) })
    }

    @Test func digestCoversContentModeNamesAndAttributesButNotTimes() throws {
        func digest() throws -> String { "\(try tree.select(["d"]).digest(includesOwners: false))" }
        let path = "\(tree.source)/d/one"
        let first = try digest()
        let time = FileTime(seconds: 1)
        try Files.setTimes(at: Files.currentDirectory, path, access: time, modification: time)
        #expect(try digest() == first)
        chmod(path, 0o600)
        let second = try digest()
        try ExtendedAttributes.set("user.x", value: [1], of: path)
        let third = try digest()
        try tree.file(path, "changed", mode: 0o600)
        let fourth = try digest()
        try Files.rename(path, "\(tree.source)/d/uno")
        #expect(Set([first, second, third, fourth, try digest()]).count == 5)
    }
}
