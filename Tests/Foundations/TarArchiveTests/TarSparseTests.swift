import Testing

@testable import TarArchive

@Suite struct TarSparseTests {
    private let expected =
        [UInt8](repeating: 0, count: 512) + [UInt8](repeating: 0x61, count: 512)
        + [UInt8](repeating: 0, count: 1024) + [UInt8](repeating: 0x62, count: 10) + [UInt8](repeating: 0, count: 6)
    private let packed = padded([UInt8](repeating: 0x61, count: 512) + [UInt8](repeating: 0x62, count: 10))
    private let extents = "512,512,2048,10,2064,0"

    private func check(_ archive: [UInt8], name: String = "sparse") throws {
        let whole = archive + ForgedHeader("after").block + endMarker
        let samples = try readAll(whole, seed: 5)
        #expect(samples.map { text($0.entry.name) } == [name, "after"])
        #expect(samples[0].content == expected)
        #expect(samples[0].entry.size == 2064)
        #expect(samples[0].entry.sparse?.map(\.offset) == [512, 2048])
        #expect(samples[0].entry.sparse?.map(\.length) == [512, 10])

        let observed = Lines()
        let reader = TarReader(read: pieces(of: whole), segmentObserver: observed.writer)
        _ = try reader.next()
        var file = [UInt8](repeating: 0, count: 2064)
        var data = 0
        while try reader.withDataChunk({ offset, bytes in
            data += bytes.count
            file.replaceSubrange(Int(offset)..<Int(offset) + bytes.count, with: bytes)
        }) {}
        #expect(file == expected)
        #expect(data == 522)
        while try reader.next() != nil {}
        try observed.writer.finish()

        let other = TarReader(read: pieces(of: whole, seed: 2), segmentObserver: TarSplitWriter { _ in })
        _ = try other.next()
        var content: [UInt8] = []
        while try other.withContentChunk({ content += $0 }) {}
        #expect(content == expected)

        let lines = Lines()
        _ = try readAll(whole, observer: lines.writer)
        try lines.writer.finish()
        #expect(try assemble(lines.text, files: [:]) == whole)
        #expect(observed.text == lines.text)
    }

    @Test func readsTheOldFormat() throws {
        var header = ForgedHeader("sparse", flag: "S", size: 522, magic: "ustar  \u{0}")
        for (index, number) in [512, 512, 2048, 10].enumerated() {
            header.put(octal(number), at: 386 + index * 12)
        }
        header.put(octal(2064), at: 483)
        try check(header.block + packed)
    }

    @Test func readsTheOldFormatWithExtensionBlocks() throws {
        var header = ForgedHeader("sparse", flag: "S", size: 522, magic: "ustar  \u{0}")
        header.put(octal(512), at: 386)
        header.put(octal(512), at: 398)
        header.bytes[482] = 1
        header.put(octal(2064), at: 483)
        var first = [UInt8](repeating: 0, count: 512)
        first[504] = 1
        var second = [UInt8](repeating: 0, count: 512)
        second.replaceSubrange(0..<12, with: octal(2048))
        second.replaceSubrange(12..<24, with: octal(10))
        try check(header.block + first + second + packed)
    }

    @Test func readsPaxVersion00() throws {
        var records = [("GNU.sparse.size", "2064"), ("GNU.sparse.numblocks", "3")]
        let numbers = extents.split(separator: ",").map(String.init)
        for index in stride(from: 0, to: 6, by: 2) {
            records += [("GNU.sparse.offset", numbers[index]), ("GNU.sparse.numbytes", numbers[index + 1])]
        }
        try check(paxHeader(records) + ForgedHeader("sparse", size: 522).block + packed)
    }

    @Test func readsPaxVersion01() throws {
        let records = [
            ("GNU.sparse.size", "2064"), ("GNU.sparse.numblocks", "3"), ("GNU.sparse.name", "sparse"),
            ("GNU.sparse.map", extents),
        ]
        try check(paxHeader(records) + ForgedHeader("GNUSparseFile.1/sparse", size: 522).block + packed)
    }

    @Test func readsPaxVersion10() throws {
        let records = [
            ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "sparse"),
            ("GNU.sparse.realsize", "2064"),
        ]
        let map = padded("3\n" + extents.split(separator: ",").joined(separator: "\n") + "\n")
        try check(
            paxHeader(records) + ForgedHeader("GNUSparseFile.1/sparse", size: 512 + 522).block + map + packed)
    }

    @Test(arguments: [
        "512,512,100,10", "512,-1,600,523", "0,522,9223372036854775807,0", "9223372036854775807,522", "0,9000,9000,9",
        "0,521", "0,522,x,1", "0,522,600", "0,,1,2",
    ])
    func refusesMapsThatAreWrong(map: String) throws {
        let records = [("GNU.sparse.size", "2064"), ("GNU.sparse.name", "sparse"), ("GNU.sparse.map", map)]
        let archive = paxHeader(records) + ForgedHeader("x", size: 522).block + packed + endMarker
        #expect(throws: TarError.self) { try readAll(archive) }
    }

    @Test(arguments: ["99999999999999999999\n", "1048577\n", "3\n1\n2\n", "", "2\n0\n1\n-5\n3\n", "1\n\n1\n"])
    func refusesContentMapsThatAreWrong(map: String) throws {
        let records = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "2064")]
        let archive = paxHeader(records) + ForgedHeader("x", size: 512).block + padded(map) + padded("") + endMarker
        #expect(throws: TarError.self) { try readAll(archive) }
    }

    @Test func limitsSparseMapAndSize() throws {
        var limits = TarLimits()
        limits.maximumSparseExtents = 2
        limits.maximumSparseSize = 1 << 20
        let map = [("GNU.sparse.size", "90"), ("GNU.sparse.map", "0,1,2,1,4,1")]
        let huge = [("GNU.sparse.size", "1099511627776"), ("GNU.sparse.map", "0,3")]
        for records in [map, huge] {
            let archive = paxHeader(records) + ForgedHeader("x", size: 3).block + padded("abc") + endMarker
            let error = #expect(throws: TarError.self) { try readAll(archive, limits: limits) }
            #expect(error?.kind == .limitExceeded)
        }
        // The limit also ends an endless chain of extension blocks.
        var header = ForgedHeader("sparse", flag: "S", size: 0, magic: "ustar  \u{0}")
        header.bytes[482] = 1
        header.put(octal(2064), at: 483)
        var block = [UInt8](repeating: 0, count: 512)
        for index in 0..<21 {
            block.replaceSubrange(index * 24..<index * 24 + 12, with: octal(0))
            block.replaceSubrange(index * 24 + 12..<index * 24 + 24, with: octal(0))
        }
        block[504] = 1
        let error = #expect(throws: TarError.self) {
            try readAll(header.block + block + block + block, limits: limits)
        }
        #expect(error?.kind == .limitExceeded)
    }

    @Test func boundsTheHolesOfAllFilesTogether() throws {
        var limits = TarLimits.default
        limits.maximumHoles = 3 * 1542
        var archive: [UInt8] = []
        for _ in 0..<4 {
            let records = [("GNU.sparse.map", "512,512,2048,10"), ("GNU.sparse.size", "2064")]
            archive += paxHeader(records) + ForgedHeader("sparse", size: 522).block + packed
        }
        let error = #expect(throws: TarError.self) { try readAll(archive + endMarker, limits: limits) }
        #expect(error?.kind == .limitExceeded)
        limits.maximumHoles = 4 * 1542
        #expect(try readAll(archive + endMarker, limits: limits).count == 4)
    }

    @Test(arguments: [Int64.max, Int64.max - 1, Int64.max - 511, 1 << 60] as [Int64])
    func sizesThatNoFileCanHave(_ size: Int64) {
        for map in ["0,0", "0,\(size)", "\(size),0", "\(size),\(size)", "0,1,\(size),0"] {
            let records = [("GNU.sparse.map", map), ("GNU.sparse.size", "\(size)")]
            let archive = paxHeader(records) + ForgedHeader("sparse", size: 0).block + endMarker
            #expect(throws: TarError.self) { try readAll(archive) }
        }
        let archive = paxHeader([("size", "\(size)")]) + ForgedHeader("file", size: 0).block + endMarker
        #expect(throws: TarError.self) { try readAll(archive) }
    }

    private func octal(_ number: Int) -> [UInt8] {
        let digits = String(number, radix: 8)
        return Array((String(repeating: "0", count: 11 - digits.count) + digits).utf8) + [0]
    }
}
