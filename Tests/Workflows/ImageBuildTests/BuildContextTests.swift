import Glibc
import LinuxSystem
import Testing

@testable import DockerfileSyntax
@testable import ImageBuild
@testable import WorkingContainers

/// Which files the flags of COPY select, as BuildKit does unless said otherwise.
@Suite struct BuildContextTests {
    private let context: Context

    init() throws { context = try Context() }

    /// A temporary directory with these files.
    final class Context {
        let path = "/tmp/build-context-\(RandomBytes.hex(8))"
        static let files = [
            "a.txt", "b.md", "crop-a/p.jpg", "crop-a/p.csv", "crop-b/q.csv", "crop-b/deep/q.jpg",
            "log/jan.csv", "log/spring/may.csv", "log/spring/late/june.csv", "log/spring/notes",
        ]

        init() throws {
            for file in Self.files {
                let whole = "\(path)/\(file)"
                try Files.makeDirectories(String(whole[..<(whole.lastIndex(of: "/") ?? whole.endIndex)]), mode: 0o755)
                try Files.replaceFile(whole, with: Array(file.utf8), synchronize: false)
            }
            try Files.symlink(target: "a.txt", at: "\(path)/link")
            try Files.symlink(target: "log", at: "\(path)/way")
        }

        deinit { try? Files.removeTree(path) }
    }

    /// The selected files: those below items by their path there, single files by their name.
    private func files(
        _ sources: [String], excluding excludes: [String] = [], parents: Bool = false, ignored: String? = nil
    ) throws -> [String] {
        let patterns = try ignored.map { try IgnorePatterns(parsing: Array($0.utf8), file: ".dockerignore") }
        let selection = try BuildContext.select(
            sources, from: context.path, ignored: patterns, excluding: excludes, keepingParents: parents)
        return selection.items.flatMap { item in
            item.isDirectory
                ? item.descendants.filter { $0.status.kind != .directory }.map { FileNameText.text($0.path) }
                : [FileNameText.text(item.name)]
        }
    }

    @Test(arguments: [
        (["crop-a"], ["*.jpg"], ["p.csv"]),
        (["crop-*"], ["*.jpg"], ["p.csv", "q.csv", "deep/q.jpg"]),
        (["crop-*"], ["**/*.jpg"], ["p.csv", "q.csv"]),
        (["."], ["*", "!*.txt"], ["a.txt"]),
        (["crop-b"], ["*", "!deep"], ["deep/q.jpg"]),
        (["crop-b"], ["*", "!deep/*.jpg"], ["deep/q.jpg"]),
        // Buildah's form: from the context.
        (["crop-b"], ["crop-b/deep"], ["q.csv"]),
        (["crop-*"], ["crop-a", "crop-b/*.csv"], ["deep/q.jpg"]),
        (["*.txt", "*.md"], ["*.txt"], ["b.md"]),
        // Nothing left is no error.
        (["crop-*"], ["*"], []), (["*.txt"], ["*.txt"], []),
    ])
    func exclusions(sources: [String], excludes: [String], expected: [String]) throws {
        #expect(try files(sources, excluding: excludes) == expected)
    }

    @Test func namedFileThatIsExcludedIsMissing() {
        #expect(throws: WorkingContainerError.self) { try files(["a.txt"], excluding: ["*.txt"]) }
    }

    @Test(arguments: [
        (["crop-a/p.csv", "log/spring/may.csv"], ["crop-a/p.csv", "log/spring/may.csv"]),
        (["./log/./spring/may.csv"], ["spring/may.csv"]),
        (["log/./spring/./late"], ["spring/late/june.csv"]),
        (["./log/**/*.csv"], ["log/jan.csv", "log/spring/may.csv", "log/spring/late/june.csv"]),
        (["log/./**/*.csv"], ["jan.csv", "spring/may.csv", "spring/late/june.csv"]),
        (["crop-*/./*.csv"], ["p.csv", "q.csv"]),
        (["log/./s*/late"], ["spring/late/june.csv"]),
        (["link"], ["link"]), (["way/./jan.csv"], ["jan.csv"]),
        (["none*"], []), (["log/./none*"], []), (["none*/./x"], []),
    ])
    func parents(sources: [String], expected: [String]) throws {
        #expect(try files(sources, parents: true) == expected)
    }

    @Test(arguments: ["none", "log/./none", "log/none/x", "none/./x", "way/jan.csv"])
    func missingSourceWithParentsIsAnError(source: String) {
        #expect(throws: WorkingContainerError.self) { try files([source], parents: true) }
    }

    @Test func parentsAreSelectedWithTheirAttributesBeforeTheirContent() throws {
        let selection = try BuildContext.select(
            ["log/**/june.csv"], from: context.path, ignored: nil, excluding: [], keepingParents: true)
        let paths = try #require(selection.items.first).descendants.map { FileNameText.text($0.path) }
        #expect(paths == ["log", "log/spring", "log/spring/late", "log/spring/late/june.csv"])
        let ignored = try IgnorePatterns(patterns: ["log", "!log/spring/late"])
        let filtered = try BuildContext.select(["."], from: context.path, ignored: ignored, excluding: [])
        let item = try #require(filtered.items.first)
        #expect(item.descendants.map { FileNameText.text($0.path) }.contains("log/spring/late/june.csv"))
        #expect(item.descendants.filter { FileNameText.text($0.path) == "log/spring" }.count == 1)
        #expect(filtered.isFiltered)
    }

    @Test func exclusionsCountFromThePivot() throws {
        #expect(try files(["log/./**/*.csv"], excluding: ["spring"], parents: true) == ["jan.csv"])
        #expect(
            try files(["crop-*/./**/*"], excluding: ["deep"], parents: true) == ["p.csv", "p.jpg", "q.csv"])
    }

    @Test func hardLinksWithinASourceCount() throws {
        func digest() throws -> String {
            let selection = try BuildContext.select(["log"], from: context.path, ignored: nil, excluding: [])
            return "\(try selection.digest(includesOwners: false))"
        }
        try Files.replaceFile("\(context.path)/log/copy", with: Array("log/jan.csv".utf8), synchronize: false)
        let separate = try digest()
        try Files.removeFile("\(context.path)/log/copy")
        link("\(context.path)/log/jan.csv", "\(context.path)/log/copy")
        #expect(try digest() != separate)
    }
}
