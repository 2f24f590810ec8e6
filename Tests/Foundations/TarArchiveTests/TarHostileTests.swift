import SeededRandomness
import Testing

@testable import TarArchive

@Suite struct TarHostileTests {
    private func sample() throws -> [UInt8] {
        var file = Sample(String(repeating: "p", count: 120), content: [UInt8](repeating: 0x41, count: 1300))
        file.entry.xattrs = [(Array("user.x".utf8), [0, 1, 2])]
        file.entry.modification = (-5, 500)
        let gnu =
            ForgedHeader("././@LongLink", flag: "L", size: 130).block
            + padded(String(repeating: "l", count: 129) + "\0")
            + ForgedHeader("short", size: 3, magic: "ustar  \u{0}").block + padded("abc")
        let sparse =
            paxHeader([("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "9000")])
            + ForgedHeader("s", size: 515).block + padded("1\n10\n3\n") + padded("xyz")
        return gnu + sparse + (try write([Sample("d/", .directory), file]))
    }

    @Test func truncationIsAnErrorOrAShorterArchive() throws {
        let archive = try sample()
        let whole = try readAll(archive).count
        for length in stride(from: 0, to: archive.count, by: 512).flatMap({ [$0, $0 + 1, $0 + 255, $0 + 511] }) {
            do {
                let samples = try readAll(Array(archive.prefix(length)), seed: UInt64(length))
                #expect(samples.count <= whole)
                #expect(length % 512 == 0 || length > archive.count - 1024 - 512 || samples.count < whole)
            } catch let error as TarError {
                #expect(error.kind == .truncated, "\(length): \(error)")
            }
        }
    }

    @Test func anArchiveMayLackItsEndMarkerAndTheLastPadding() throws {
        let archive = ForgedHeader("a", size: 3).block + padded("abc")
        #expect(try readAll(archive).count == 1)
        #expect(try readAll(archive + [UInt8](repeating: 0, count: 512)).count == 1)
        #expect(text(try readAll(Array(archive.prefix(515)))[0].content) == "abc")
        #expect(try readAll([]).isEmpty)
    }

    @Test(arguments: 0..<40) func corruptionNeverTraps(seed: UInt64) throws {
        let archive = try sample()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            var broken = archive
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<broken.count, using: &random)
                broken[index] =
                    [0, 0xff, 0x80, 0x30, 0x37, 0x39, 0x2d, UInt8.random(in: 0...255, using: &random)]
                    .randomElement(using: &random) ?? 0
            }
            // Most changes break a checksum: repair it, so that the code after it is reached.
            for start in stride(from: 0, to: broken.count - 512, by: 512)
            where broken[start + 257..<start + 262].elementsEqual("ustar".utf8) {
                for index in 148..<156 { broken[start + index] = 0x20 }
                let sum = broken[start..<start + 512].reduce(0) { $0 + Int($1) }
                for (index, byte) in ("0" + String(sum, radix: 8) + "\0 ").utf8.prefix(8).enumerated() {
                    broken[start + 148 + index] = byte
                }
            }
            do {
                _ = try readAll(broken)
            } catch is TarError {
            }
        }
    }

    @Test func randomBytesNeverTrap() throws {
        var random = SeededGenerator(seed: 77)
        for _ in 0..<50 {
            var bytes = (0..<2048).map { _ in UInt8.random(in: 0...255, using: &random) }
            bytes[156] = Array("0xgLKS5".utf8).randomElement(using: &random) ?? 0
            let header = ForgedHeader(bytes)
            do {
                _ = try readAll(header.block + bytes)
            } catch is TarError {
            }
        }
    }

    @Test func errorsHaveAnOffset() throws {
        var archive = try write([Sample("a", content: [1]), Sample("b")])
        archive[1024] ^= 1
        let error = #expect(throws: TarError.self) { try readAll(archive) }
        #expect(error.map { "\($0)" } == "invalid tar header at offset 1024: checksum mismatch")
        let negative = paxHeader([("size", "-1")]) + ForgedHeader("neg\u{1}").block + endMarker
        let second = #expect(throws: TarError.self) { try readAll(negative) }
        #expect(second.map { "\($0)" } == "invalid tar header for \"neg\\u{01}\" at offset 1024: a negative size")
    }

    @Test func aFailedReaderStaysFailed() throws {
        let reader = TarReader(read: pieces(of: [UInt8](repeating: 1, count: 512)))
        #expect(throws: TarError.self) { try reader.next() }
        #expect(throws: TarError.self) { try reader.next() }
    }

    @Test(arguments: [
        "5 a=\n1", "9 a=b\n", "99999999999999999999 a=b\n", "3 a\n", " 5 a=\n", "6 =bc\n", "10 path=\0x\n", "-6 a=b\n",
        "12 mtime=x1\n", "10 uid=1x\n", "32 mtime=99999999999999999999\n", "15 mtime=1.5x2\n",
    ])
    func refusesBrokenPaxRecords(records: String) throws {
        let archive =
            ForgedHeader("p", flag: "x", size: records.utf8.count).block + padded(records) + ForgedHeader("a").block
            + endMarker
        #expect(throws: TarError.self) { try readAll(archive) }
    }

    @Test func limitsAreEnforced() throws {
        var limits = TarLimits()
        limits.maximumPaxSize = 2000
        limits.maximumPaxRecords = 4
        limits.maximumNameLength = 500
        limits.maximumEntries = 6
        limits.maximumTrailer = 2048
        let long = String(repeating: "n", count: 501)
        let entry = ForgedHeader("a").block
        let archives: [[UInt8]] = [
            paxHeader([("comment", String(repeating: "c", count: 2000))]) + entry,
            paxHeader((0..<5).map { ("k\($0)", "v") }) + entry,
            paxHeader([("path", long)]) + entry,
            ForgedHeader("l", flag: "L", size: 502).block + padded(long + "\0") + entry,
            Array((0..<7).map { _ in entry }.joined()),
            entry + endMarker + [UInt8](repeating: 0, count: 2049),
            ForgedHeader("p", flag: "x", size: 8_000_000_000).block,
        ]
        for (index, archive) in archives.enumerated() {
            let error = #expect(throws: TarError.self, "archive \(index)") { try readAll(archive, limits: limits) }
            #expect(error?.kind == .limitExceeded, "archive \(index)")
        }
        #expect(try readAll(Array((0..<6).map { _ in entry }.joined()), limits: limits).count == 6)
    }

    @Test func hugeSizesAllocateNothing() throws {
        var header = ForgedHeader("huge", magic: "ustar  \u{0}")
        header.put([0x80, 0, 0, 0, 0x7f] + [UInt8](repeating: 0xff, count: 7), at: 124)
        #expect(throws: TarError.self) { try readAll(header.block) }
        header.put([0x80, 0, 0, 0, 0x0f] + [UInt8](repeating: 0xff, count: 7), at: 124)
        let error = #expect(throws: TarError.self) { try readAll(header.block + [1, 2, 3]) }
        #expect(error?.kind == .truncated)
    }

    @Test func rejectsDanglingExtendedHeader() throws {
        #expect(throws: TarError.self) { try readAll(paxHeader([("path", "x")])) }
        #expect(throws: TarError.self) { try readAll(paxHeader([("path", "x")]) + endMarker) }
    }

    @Test func rejectsSingleZeroBlock() throws {
        let archive = ForgedHeader("a").block + [UInt8](repeating: 0, count: 512) + ForgedHeader("b").block + endMarker
        #expect(throws: TarError.self) { try readAll(archive) }
    }
}

extension ForgedHeader {
    /// A block of arbitrary bytes, whose checksum is filled in later.
    init(_ bytes: [UInt8]) {
        self.init("")
        self.bytes = Array(bytes.prefix(512))
    }
}
