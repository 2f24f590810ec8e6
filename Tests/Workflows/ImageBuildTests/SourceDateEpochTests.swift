import BuildGraph
import DockerfileSyntax
import Glibc
import ImageModel
import LinuxSystem
import TarArchive
import Testing

@testable import ImageBuild

/// What `SOURCE_DATE_EPOCH` stands for.
@Suite struct SourceDateEpochTests {
    private func source(
        _ text: String, _ dockerfile: String = "FROM scratch\n", _ change: (inout BuildOptions) -> Void = { _ in }
    ) throws -> SourceDateEpoch.Source {
        var options = BuildOptions(dockerfile: (name: "Dockerfile", text: dockerfile))
        options.buildArguments["SOURCE_DATE_EPOCH"] = text
        change(&options)
        let parsed = try Dockerfile(parsing: Array(dockerfile.utf8), file: "Dockerfile")
        let epoch = SourceDateEpoch(parsed, options)
        return try epoch.source(text, try epoch.globals())
    }

    @Test(arguments: [
        ("0", 0), ("1704067200", 1_704_067_200), ("-1", -1), ("+7", 7), ("253402300799", 253_402_300_799),
    ])
    func numbersAreSeconds(_ text: String, _ seconds: Int64) throws {
        #expect(try source(text) == .time(FileTime(seconds: seconds)))
    }

    @Test(arguments: [
        "yesterday", "1.5", "0x10", " 5", "5s", "253402300800", "-62135596801", "99999999999999999999", "2024-01-01",
    ])
    func nonsenseIsAnError(_ text: String) {
        let error = #expect(throws: Diagnostic.self) { try source(text) }
        #expect(error?.message.contains(text) == true)
    }

    @Test func theContextHasATimeOrNone() throws {
        #expect(try source("context") == .time(nil))
        #expect(try source("") == .time(nil))
        let time = FileTime(seconds: 5)
        #expect(try source("context", "FROM scratch\n") { $0.contextTime = time } == .time(time))
        #expect(try source("other", "FROM scratch\n") { $0.contexts["other"] = .directory("/") } == .time(nil))
    }

    @Test func aStageMustBeOneFileFromTheWeb() throws {
        let given = "ARG HOST=a.example\nFROM scratch AS Source\nARG HOST\nARG V=2\nADD https://${HOST}/x-$V.tar /\n"
        #expect(try source("source", given) == .file(address: "https://a.example/x-2.tar", checksum: nil))
        #expect(try source("SOURCE", given) == .file(address: "https://a.example/x-2.tar", checksum: nil))
        for wrong in [
            "FROM busybox AS s\nADD https://a.example/x /\n", "FROM scratch AS s\n", "FROM scratch AS s\nADD x /\n",
            "FROM scratch AS s\nADD https://a/x https://a/y /z/\n", "FROM scratch AS s\nCOPY x /\n",
            "FROM scratch AS s\nADD https://a/x /\nADD https://a/y /\n", "FROM scratch AS s\nADD https://a/x.git /\n",
        ] {
            #expect(throws: Diagnostic.self, "\(wrong)") { try source("s", wrong) }
        }
    }

    @Test func archivesHaveTheTimeOfTheirNewestFile() throws {
        var bytes: [UInt8] = []
        let writer = TarWriter(write: { bytes += $0 })
        for (name, kind, seconds) in [
            ("a", TarEntryKind.regular, Int64(5)), ("b", .regular, 9), ("c/", .directory, 20),
        ] {
            var entry = TarEntry(name: Array(name.utf8), kind: kind)
            entry.modification = (seconds: seconds, nanoseconds: 0)
            try writer.begin(entry)
            try writer.end()
        }
        try writer.finish()
        #expect(try newest(bytes) == FileTime(seconds: 9))
        #expect(try newest(Array("no archive".utf8)) == nil)
        #expect(try newest([]) == nil)
    }

    private func newest(_ bytes: [UInt8]) throws -> FileTime? {
        let path = "/tmp/epoch-\(RandomBytes.hex(8))"
        defer { try? Files.removeFile(path) }
        try Files.replaceFile(path, with: bytes, synchronize: false)
        let file = try OwnedFD.open(path, O_RDONLY)
        return withExtendedLifetime(file) { SourceDateEpoch.newestFile(inArchive: $0.raw) }
    }
}
