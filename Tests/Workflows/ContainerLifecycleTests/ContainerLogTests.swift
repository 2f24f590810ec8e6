import Glibc
import LinuxSystem
import Testing

@testable import ContainerLifecycle

@Suite struct ContainerLogTests {
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = "/tmp/log-\(RandomBytes.hex(8))"
        try Files.makeDirectory(directory)
        defer { try? Files.removeTree(directory) }
        try body(directory)
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        try withDirectory { directory in
            var writer = try ContainerLogWriter("\(directory)/log", limit: nil)
            var reader = ContainerLogReader("\(directory)/log")
            writer.append(Array("one\ntw".utf8)[...], ofError: false)
            var entries: [ContainerLogEntry] = []
            try reader.read { entries.append($0) }
            writer.append(Array("o\n".utf8)[...], ofError: true)
            try reader.read { entries.append($0) }
            #expect(entries.map { String(decoding: $0.text, as: UTF8.self) } == ["one", "tw", "o"])
            #expect(entries.map(\.isPartial) == [false, true, false])
            #expect(entries.map(\.isError) == [false, false, true])
        }
    }

    @Test func aFullFileIsReplacedAndTheReaderFollows() throws {
        try withDirectory { directory in
            var writer = try ContainerLogWriter("\(directory)/log", limit: 200)
            var reader = ContainerLogReader("\(directory)/log")
            var lines: [String] = []
            for number in 0..<10 {
                writer.append(Array("line \(number)\n".utf8)[...], ofError: false)
                try reader.read { lines.append(String(decoding: $0.text, as: UTF8.self)) }
            }
            #expect(lines == (0..<10).map { "line \($0)" })
            #expect(try Files.status("\(directory)/log").size <= 200)
            #expect(Files.exists("\(directory)/log.1"))
        }
    }

    @Test(arguments: [
        "", "x", "2026-01-02T03:04:05Z stdout X", "2026-01-02T03:04:05Z stdin F text", "now stdout F text",
    ])
    func whatIsNoEntryIsSkipped(line: String) {
        #expect(ContainerLogEntry(Array(line.utf8)[...]) == nil)
    }

    @Test func framesArriveInPieces() throws {
        var parser = KeeperFrameParser()
        let bytes = KeeperFrame(kind: .output, content: [1, 2, 3]).bytes
        for byte in bytes.dropLast() {
            parser.add([byte])
            #expect(try parser.next().map(\.content) == nil)
        }
        parser.add(bytes.suffix(1))
        #expect(try parser.next()?.content == [1, 2, 3])
        parser.add([7, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: ContainerError.self) { _ = try parser.next() }
    }
}
