import Testing

@testable import TarArchive

@Suite struct TarReaderTests {
    @Test func recognizesDirectoriesByTrailingSlash() throws {
        let archive =
            ForgedHeader("dir/", flag: "\0", magic: "").block
            + ForgedHeader("dir/a", flag: "\0", size: 3, magic: "").block
            + padded("abc") + endMarker
        let samples = try readAll(archive)
        #expect(samples.map(\.entry.kind) == [.directory, .regular])
        #expect(text(samples[1].content) == "abc")
        #expect(samples[1].entry.uid == 0o1750)
        #expect(samples[1].entry.gid == 0o1751)
        #expect(samples[1].entry.modification.seconds == 0o14000000000)
    }

    @Test func joinsPrefixAndName() throws {
        var header = ForgedHeader("name")
        header.put("some/long/prefix", at: 345)
        #expect(text(try readAll(header.block + endMarker)[0].entry.name) == "some/long/prefix/name")
    }

    @Test func acceptsNameFieldWithoutNUL() throws {
        let name = String(repeating: "n", count: 100)
        let archive = ForgedHeader(name).block + endMarker
        #expect(text(try readAll(archive)[0].entry.name) == name)
    }

    @Test func acceptsSignedChecksums() throws {
        var bytes = ForgedHeader("caf\u{e9}").bytes
        for index in 148..<156 { bytes[index] = 0x20 }
        let sum = bytes.reduce(0) { $0 + Int(Int8(bitPattern: $1)) }
        for (index, byte) in (String(sum, radix: 8) + "\0 ").utf8.enumerated() { bytes[148 + index] = byte }
        #expect(try readAll(bytes + endMarker).count == 1)
    }

    @Test func readsBinaryNumbers() throws {
        var header = ForgedHeader("big", magic: "ustar  \u{0}")
        header.put([0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xfe], at: 108)
        header.put([UInt8](repeating: 0xff, count: 8), at: 116)
        header.put([UInt8](repeating: 0xff, count: 11) + [0xf6], at: 136)
        let entry = try readAll(header.block + endMarker)[0].entry
        #expect(entry.uid == 4_294_967_294)
        #expect(entry.gid == -1)
        #expect(entry.modification.seconds == -10)
    }

    @Test func readsGNULongNamesAndTimes() throws {
        let name = String(repeating: "d/", count: 200) + "file"
        let target = String(repeating: "t", count: 300)
        var header = ForgedHeader("short", flag: "2", magic: "ustar  \u{0}")
        header.put("target", at: 157)
        header.put("00000000012", at: 345)
        let archive =
            ForgedHeader("././@LongLink", flag: "L", size: name.utf8.count + 1).block + padded(name + "\0")
            + ForgedHeader("././@LongLink", flag: "K", size: target.utf8.count + 1).block + padded(target + "\0")
            + header.block + endMarker
        let entry = try readAll(archive)[0].entry
        #expect(text(entry.name) == name)
        #expect(text(entry.linkTarget) == target)
        #expect(entry.access?.seconds == 10)
        #expect(entry.change == nil)
    }

    @Test func readsPaxRecords() throws {
        let archive =
            paxHeader([
                ("path", "päth"), ("mtime", "-1.25"), ("atime", "12.000000001999"), ("uid", "4000000000"),
                ("uname", "ünï"), ("SCHILY.xattr.user.a", "one\ntwo=3"), ("SCHILY.xattr.user.a", "last\0"),
                ("SCHILY.xattr.user.empty", ""), ("VENDOR.key", "kept"), ("size", "5"),
            ]) + ForgedHeader("ignored", size: 0).block + padded("hello") + endMarker
        let sample = try readAll(archive)[0]
        let entry = sample.entry
        #expect(text(entry.name) == "päth")
        #expect(entry.modification == (-2, 750_000_000))
        #expect(try #require(entry.access) == (12, 1))
        #expect(entry.uid == 4_000_000_000)
        #expect(text(entry.userName) == "ünï")
        #expect(entry.xattrs.map { text($0.name) } == ["user.a", "user.empty"])
        #expect(entry.xattrs.map { text($0.value) } == ["last\0", ""])
        #expect(entry.paxRecords.map { text($0.key) } == ["VENDOR.key"])
        #expect(text(sample.content) == "hello")
    }

    @Test func globalHeadersSetOnlyOwnersAndTimes() throws {
        let archive =
            paxHeader(
                [("comment", "c"), ("uid", "7"), ("mtime", "99.5"), ("path", "evil"), ("size", "900")], flag: "g")
            + ForgedHeader("a").block + paxHeader([("uid", "8")]) + ForgedHeader("b").block + endMarker
        let entries = try readAll(archive).map(\.entry)
        #expect(entries.map { text($0.name) } == ["a", "b"])
        #expect(entries.map(\.uid) == [7, 8])
        #expect(entries[1].modification == (99, 500_000_000))
    }

    @Test func headerOnlyTypesHaveNoContent() throws {
        var link = ForgedHeader("hard", flag: "1", size: 4096)
        link.put("target", at: 157)
        let archive = link.block + ForgedHeader("dir", flag: "5", size: 99).block + endMarker
        let entries = try readAll(archive).map(\.entry)
        #expect(entries.map(\.kind) == [.hardLink, .directory])
        #expect(entries.map(\.size) == [0, 0])
    }

    @Test func readsDevices() throws {
        var header = ForgedHeader("null", flag: "3")
        header.put("0000001", at: 329)
        header.put("0000003", at: 337)
        let entry = try readAll(header.block + endMarker)[0].entry
        #expect(entry.kind == .characterDevice)
        #expect(entry.deviceMajor == 1)
        #expect(entry.deviceMinor == 3)
    }

    @Test func skipsUnreadContent() throws {
        let archive = try write([
            Sample("a", content: [UInt8](repeating: 1, count: 700_001)), Sample("b", content: [2]),
        ])
        let reader = TarReader(read: pieces(of: archive))
        var names: [String] = []
        while let entry = try reader.next() { names.append(text(entry.name)) }
        #expect(names == ["a", "b"])
    }

    @Test func theRawSinkSeesEveryByte() throws {
        let archive =
            try write([Sample("a", content: [UInt8](repeating: 7, count: 300_000))])
            + [UInt8](repeating: 0, count: 9000)
        var seen: [UInt8] = []
        let reader = TarReader(read: pieces(of: archive, seed: 3), rawSink: { seen += $0 })
        while try reader.next() != nil {}
        #expect(seen == archive)
        #expect(try reader.next() == nil)
    }

    @Test func chunksAndDataChunksYieldTheContent() throws {
        let content = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let archive = try write([Sample("a", content: content)])
        var reader = TarReader(read: pieces(of: archive))
        _ = try reader.next()
        var seen: [UInt8] = []
        while try reader.withContentChunk({ seen += $0 }) {}
        #expect(seen == content)
        reader = TarReader(read: pieces(of: archive))
        _ = try reader.next()
        seen = []
        while try reader.withDataChunk({ offset, bytes in
            #expect(offset == Int64(seen.count))
            seen += bytes
        }) {}
        #expect(seen == content)
    }
}
