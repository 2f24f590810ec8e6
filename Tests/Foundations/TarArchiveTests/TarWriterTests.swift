import SeededRandomness
import Testing

@testable import TarArchive

@Suite struct TarWriterTests {
    @Test(arguments: 0..<30) func randomEntriesComeBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let samples = (0..<12).map { _ in randomSample(&random) }
        for splits in [false, true] {
            let archive = try write(samples, splitsLongNames: splits)
            #expect(archive.count % 512 == 0)
            #expect(try write(samples, splitsLongNames: splits) == archive)
            let back = try readAll(archive, seed: seed)
            #expect(back.count == samples.count)
            for (before, after) in zip(samples, back) { expectEqual(before, after) }
        }
    }

    private func expectEqual(_ before: Sample, _ after: Sample) {
        let (first, second) = (before.entry, after.entry)
        #expect(first.name == second.name)
        #expect(first.kind == second.kind)
        #expect(first.linkTarget == second.linkTarget)
        #expect(first.mode == second.mode)
        #expect(first.uid == second.uid)
        #expect(first.gid == second.gid)
        #expect(first.userName == second.userName)
        #expect(first.modification == second.modification)
        #expect(
            first.access.map { [$0.seconds, Int64($0.nanoseconds)] }
                == second.access.map { [$0.seconds, Int64($0.nanoseconds)] })
        #expect(first.deviceMinor == second.deviceMinor)
        #expect(first.xattrs.map(\.name).sorted { $0.lexicographicallyPrecedes($1) } == second.xattrs.map(\.name))
        #expect(before.content == after.content)
    }

    private func randomSample(_ random: inout SeededGenerator) -> Sample {
        let kinds: [TarEntryKind] = [
            .regular, .regular, .regular, .directory, .symlink, .hardLink, .blockDevice, .fifo,
        ]
        let kind = kinds.randomElement(using: &random) ?? .regular
        var entry = TarEntry(name: randomName(&random), kind: kind)
        entry.mode = UInt32.random(in: 0...0o7777, using: &random)
        entry.uid = [0, 1000, 2_097_151, 2_097_152, 4_294_967_294].randomElement(using: &random) ?? 0
        entry.gid = [0, -1, 65536].randomElement(using: &random) ?? 0
        entry.userName = Bool.random(using: &random) ? Array("root".utf8) : randomName(&random)
        entry.modification = (
            [0, -1, 1_700_000_000, 1 << 40, -9_000_000_000].randomElement(using: &random) ?? 0,
            [0, 0, 1, 999_999_999, 500_000_000].randomElement(using: &random) ?? 0
        )
        if Int.random(in: 0..<4, using: &random) == 0 { entry.access = (12, 34) }
        if kind == .symlink || kind == .hardLink { entry.linkTarget = randomName(&random) }
        if kind == .blockDevice { entry.deviceMinor = UInt32.random(in: 0...0x1f_ffff, using: &random) }
        for index in 0..<Int.random(in: 0...3, using: &random) {
            let value = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            entry.xattrs.append((Array("user.\(9 - index)".utf8), value))
        }
        var content: [UInt8] = []
        if kind == .regular {
            let size = [0, 1, 511, 512, 513, 40_000, 70_000].randomElement(using: &random) ?? 0
            content = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: size)
            entry.size = Int64(size)
        }
        return Sample(entry, content: content)
    }

    private func randomName(_ random: inout SeededGenerator) -> [UInt8] {
        let length = [1, 5, 31, 32, 33, 99, 100, 101, 155, 200, 256, 257, 3000].randomElement(using: &random) ?? 1
        let isASCII = Int.random(in: 0..<4, using: &random) > 0
        let name = (0..<length).map { _ -> UInt8 in
            if Int.random(in: 0..<20, using: &random) == 0 { return 0x2f }
            return isASCII ? UInt8.random(in: 0x21...0x7e, using: &random) : UInt8.random(in: 1...255, using: &random)
        }
        return name
    }

    @Test func usesOnlyUstarWhenSufficient() throws {
        let archive = try write([Sample("a", content: [1, 2, 3])])
        #expect(archive.count == 512 + 512 + 1024)
        #expect(archive[257..<265].elementsEqual("ustar\u{0}00".utf8))
    }

    @Test func aSplitNameNeedsNoExtendedHeader() throws {
        let name = String(repeating: "d", count: 90) + "/" + String(repeating: "f", count: 90)
        #expect(try write([Sample(name)]).count == 3 * 512 + 1024)
        #expect(try write([Sample(name)], splitsLongNames: true).count == 512 + 1024)
    }

    /// Compares with checksums of headers that Go's archive/tar wrote for the same entries.
    @Test func writesTheSameBytesAsOtherBuilders() throws {
        #expect(try headerChecksum(of: "a.txt", size: 6) == goldenPlain)
        #expect(try headerChecksum(of: "ünï", size: 1) == goldenNonASCII)
        #expect(try headerChecksum(of: "sub/" + String(repeating: "n", count: 120), size: 1000) == goldenLong)
    }

    private let goldenPlain: UInt64 = 0x7f9c_b2a3_a623_93f0
    private let goldenNonASCII: UInt64 = 0x94dc_98f6_2c3d_7a36
    private let goldenLong: UInt64 = 0x6d47_d432_7120_dff8

    private func headerChecksum(of name: String, size: Int64) throws -> UInt64 {
        var entry = TarEntry(name: Array(name.utf8), kind: .regular)
        entry.mode = 0o100644
        entry.size = size
        entry.modification = (1_795_457_118, 0)
        var encoder = TarHeaderEncoder(entry, splitsLongNames: false)
        var checksum = CRC64()
        try encoder.encode().withUnsafeBytes { checksum.update($0) }
        return checksum.value
    }

    @Test func hardLinksHaveNoContent() throws {
        var link = Sample("link", .hardLink)
        link.entry.linkTarget = Array("target".utf8)
        link.entry.size = 4096
        let archive = try write([link])
        #expect(archive[124..<135].elementsEqual("00000000000".utf8))
        #expect(try readAll(archive)[0].entry.kind == .hardLink)
    }

    @Test func sortsRecords() throws {
        var sample = Sample("é")
        sample.entry.xattrs = [(Array("user.b".utf8), [1]), (Array("user.a".utf8), [2])]
        sample.entry.modification = (1, 5)
        sample.entry.paxRecords = [(Array("A.z".utf8), [0x31])]
        let archive = try write([sample])
        let records = text(Array(archive[512..<1024])).split(separator: "\n").map { $0.split(separator: "=")[0] }
        #expect(
            records.dropLast().map { String($0.split(separator: " ")[1]) }
                == ["A.z", "SCHILY.xattr.user.a", "SCHILY.xattr.user.b", "mtime", "path"])
    }

    @Test func rejectsWhatTheFormatCannotExpress() throws {
        var cases = [Sample("", .regular), Sample("a\0b"), Sample("l", .symlink), Sample("x", .other(0x78))]
        var negative = Sample("n")
        negative.entry.size = -1
        var attribute = Sample("x")
        attribute.entry.xattrs = [(Array("user.a=b".utf8), [])]
        var twice = Sample("x")
        twice.entry.xattrs = [(Array("user.a".utf8), []), (Array("user.a".utf8), [])]
        var time = Sample("t")
        time.entry.modification = (0, 1_000_000_000)
        var mode = Sample("m")
        mode.entry.mode = .max
        var record = Sample("r")
        record.entry.paxRecords = [(Array("path".utf8), [0x61])]
        cases += [negative, attribute, twice, time, mode, record]
        for sample in cases {
            let error = #expect(throws: TarError.self) { try write([sample]) }
            #expect(error?.kind == .unrepresentable)
        }
    }

    @Test func contentMustHaveTheDeclaredSize() throws {
        var short = Sample("short", content: [1, 2])
        short.entry.size = 3
        var long = Sample("long", content: [1, 2])
        long.entry.size = 1
        for sample in [short, long] {
            let error = #expect(throws: TarError.self) { try write([sample]) }
            #expect(error?.kind == .mismatch)
        }
    }

    @Test(arguments: [
        ("a", "PaxHeaders.0/a"), ("a/b", "a/PaxHeaders.0/b"), ("a/", "a/PaxHeaders.0"), ("/a", "/PaxHeaders.0/a"),
        ("./a//b", "a/PaxHeaders.0/b"), ("../a", "../PaxHeaders.0/a"), ("x/../é", "PaxHeaders.0"),
        ("..", "."), ("/..", ""),
    ])
    func namesExtendedHeadersAfterTheirEntries(name: String, expected: String) {
        #expect(text(TarHeaderEncoder.paxName(of: Array(name.utf8))) == (expected.isEmpty ? "." : expected))
    }
}
