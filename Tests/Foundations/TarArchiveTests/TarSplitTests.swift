import JSONText
import SeededRandomness
import Testing

@testable import TarArchive

/// Collects tar-split lines.
final class Lines {
    private(set) var bytes: [UInt8] = []
    private(set) lazy var writer = TarSplitWriter { [unowned self] in bytes += $0 }
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

func assemble(_ lines: String, files: [String: [UInt8]], seed: UInt64? = nil) throws -> [UInt8] {
    let assembler = TarSplitAssembler(lines: pieces(of: Array(lines.utf8), seed: seed)) { name in
        guard let content = files[text(name)] else { throw TarError(.misuse, "no file \(text(name))") }
        return pieces(of: content, seed: seed)
    }
    var archive: [UInt8] = []
    try assembler.copy { archive += $0 }
    return archive
}

@Suite struct TarSplitTests {
    private func base64(_ bytes: [UInt8]) -> String {
        Base64.encode(bytes)
    }

    @Test func writesTheSameLinesAsTarSplit() throws {
        let first = ForgedHeader("a<b>&\"q\\b\u{1}", size: 3).block
        let empty = ForgedHeader("empty").block
        let global = paxHeader([("comment", "c")], flag: "g")
        let archive = first + padded("abc") + empty + global + endMarker + [UInt8](repeating: 0, count: 100)
        let lines = Lines()
        _ = try readAll(archive, seed: 9, observer: lines.writer)
        try lines.writer.finish()
        var checksum = CRC64()
        Array("abc".utf8).withUnsafeBytes { checksum.update($0) }
        let sum = withUnsafeBytes(of: checksum.value.bigEndian) { base64(Array($0)) }
        let padding = [UInt8](repeating: 0, count: 509)
        let expected = [
            #"{"type":2,"payload":"\#(base64(first))","position":0}"#,
            #"{"type":1,"name":"a\u003cb\u003e\u0026\"q\\b\u0001","size":3,"payload":"\#(sum)","position":1}"#,
            #"{"type":2,"payload":"\#(base64(padding + empty))","position":2}"#,
            #"{"type":1,"name":"empty","payload":null,"position":3}"#,
            #"{"type":2,"payload":"\#(base64(Array(global.prefix(512 + 13))))","position":4}"#,
            #"{"type":1,"name":"PaxHeaders/x","payload":null,"position":5}"#,
            #"{"type":2,"payload":"\#(base64([UInt8](repeating: 0, count: 499) + endMarker))","position":6}"#,
            #"{"type":2,"payload":"\#(base64([UInt8](repeating: 0, count: 100)))","position":7}"#,
            #"{"type":2,"payload":"","position":8}"#,
        ]
        #expect(lines.text.split(separator: "\n").map(String.init) == expected)
    }

    @Test func namesThatAreNotUTF8AreKeptAsBytes() throws {
        let lines = Lines()
        var sample = Sample("", content: [1])
        sample.entry.name = [0x62, 0xff]
        let archive = try write([sample, Sample("ü\u{2028}")], observer: lines.writer)
        try lines.writer.finish()
        #expect(lines.text.contains(#""type":1,"name_raw":"Yv8=","size":1"#))
        #expect(lines.text.contains(#""name":"ü\u2028","payload":null"#))
        let assembler = TarSplitAssembler(lines: pieces(of: lines.bytes)) { name in
            #expect(name == [0x62, 0xff])
            return pieces(of: [1])
        }
        var back: [UInt8] = []
        try assembler.copy { back += $0 }
        #expect(back == archive)
    }

    @Test func lastLineIsAnEmptySegment() throws {
        let lines = Lines()
        _ = try write([], observer: lines.writer)
        try lines.writer.finish()
        #expect(lines.text.hasSuffix("{\"type\":2,\"payload\":\"\",\"position\":1}\n"))
    }

    @Test(arguments: 0..<10) func readerAndWriterRecordTheSame(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var samples: [Sample] = []
        var files: [String: [UInt8]] = [:]
        for index in 0..<20 {
            let content = [UInt8](repeating: UInt8(index), count: Int.random(in: 0...2000, using: &random))
            samples.append(Sample("dir/\(index)\(String(repeating: "x", count: index * 9))", content: content))
            files[text(samples[index].entry.name)] = content
        }
        let fromWriter = Lines()
        let fromReader = Lines()
        let archive = try write(samples, observer: fromWriter.writer)
        try fromWriter.writer.finish()
        // Unread content is recorded nevertheless.
        let reader = TarReader(read: pieces(of: archive, seed: seed), segmentObserver: fromReader.writer)
        while try reader.next() != nil {}
        try fromReader.writer.finish()
        #expect(fromReader.text == fromWriter.text)
        #expect(try assemble(fromWriter.text, files: files, seed: seed) == archive)
    }

    @Test func detectsChangedFiles() throws {
        let lines = Lines()
        let archive = try write([Sample("a", content: [1, 2, 3])], observer: lines.writer)
        try lines.writer.finish()
        #expect(try assemble(lines.text, files: ["a": [1, 2, 3]]) == archive)
        for content in [[1, 2, 4], [1, 2], [1, 2, 3, 4], []] as [[UInt8]] {
            let error = #expect(throws: TarError.self) { try assemble(lines.text, files: ["a": content]) }
            #expect(error?.kind == .mismatch)
        }
    }

    @Test func acceptsOtherJSONWriters() throws {
        let lines = """
            { "position" : 0, "payload" : "QUJD" , "type" : 2, "other" : "x\\n", "more": -1.5e3, "yes": true }

            {"type":2,"payload":null,"position":1}
            {"type":1,"name":"\\u0061\\ud83d\\ude00","size":1,"payload":"IxAAAAAAAAA=","position":2}
            {"type":2,"payload":"RA=="}
            """
        #expect(text(try assemble(lines, files: ["a😀": Array("x".utf8)])) == "ABCxD")
    }

    @Test(arguments: [
        "x", "{", "{}", "[]", #"{"type":3}"#, #"{"type":2,"payload":"A"}"#, #"{"type":2,"payload":"===="}"#,
        #"{"type":2,"payload":"AA=A"}"#, #"{"type":1,"name":"a","size":-1}"#, #"{"type":1,"name":"a","size":1}"#,
        #"{"type":1,"name":"a","size":1,"payload":"AAAA"}"#, #"{"type":2} x"#, #"{"type":"2"}"#, #"{"type":2,}"#,
        #"{"type":99999999999999999999}"#, #"{"type":2,"x":{}}"#, #"{"type":1,"name":"\u12"}"#,
        #"{"type":2,"payload":"AA\u003d="}"#,
        "{\"type\":1,\"name\":\"a\u{1}\"}", #"{"type"#,
    ])
    func refusesBrokenLines(line: String) throws {
        #expect(throws: TarError.self) { try assemble(line + "\n", files: ["a": [1]]) }
    }

    @Test func corruptedLinesNeverTrap() throws {
        let lines = Lines()
        _ = try write([Sample("a\u{1}é", content: [1, 2, 3]), Sample("b")], observer: lines.writer)
        try lines.writer.finish()
        var random = SeededGenerator(seed: 5)
        for _ in 0..<150 {
            var broken = lines.bytes
            for _ in 0..<3 {
                broken[Int.random(in: 0..<broken.count, using: &random)] =
                    Array("{}\",:\\u0=-e\n".utf8).randomElement(using: &random) ?? 0
            }
            do {
                _ = try assemble(String(decoding: broken, as: UTF8.self), files: ["a\u{1}é": [1, 2, 3]])
            } catch is TarError {
            }
        }
    }

    @Test func limitsLineLength() throws {
        let lines = TarSplitReader(read: pieces(of: [UInt8](repeating: 0x20, count: 300_000)), maximumLine: 100_000)
        let error = #expect(throws: TarError.self) { try lines.next() }
        #expect(error?.kind == .limitExceeded)
    }
}
