import Glibc
import Testing

@testable import StreamCompression

@Suite struct StreamTests {
    @Test func detectsFormatsByMagicNumber() {
        #expect(Compression.detect([]) == .none)
        #expect(Compression.detect([0x1F, 0x8B]) == .none)
        #expect(Compression.detect([0x1F, 0x8B, 8]) == .gzip)
        #expect(Compression.detect([0x1F, 0x8B, 7]) == .none)
        #expect(Compression.detect(Array("BZh9".utf8)) == .bzip2)
        #expect(Compression.detect([0xFD, 0x37, 0x7A, 0x58, 0x5A]) == .none)
        #expect(Compression.detect([0x5F, 0x2A, 0x4D, 0x18]) == .zstd)
        #expect(Compression.detect([0x60, 0x2A, 0x4D, 0x18]) == .none)
    }

    @Test(arguments: [0, 1, 9, 10])
    func aLimitIsInclusive(_ count: Int) throws {
        let bytes = [UInt8](repeating: 1, count: count)
        #expect(try LimitedSource(MemorySource(bytes), limit: Int64(count)).readAll(limit: 100) == bytes)
        #expect(try MemorySource(bytes).readAll(limit: count) == bytes)
        guard count > 0 else { return }
        #expect(throws: CompressionError.self) {
            try LimitedSource(MemorySource(bytes, chunkSize: 3), limit: Int64(count - 1)).drain()
        }
        #expect(throws: CompressionError.self) { try MemorySource(bytes).readAll(limit: count - 1) }
    }

    @Test func observersSeeAllBytes() throws {
        let bytes = SampleContent.text.bytes(10_000)
        var read: [UInt8] = []
        var written: [UInt8] = []
        let sink = MemorySink()
        let observed = ObservedSink(sink) { written.append(contentsOf: $0) }
        let count = try ObservedSource(MemorySource(bytes, chunkSize: 77)) { read.append(contentsOf: $0) }
            .copy(to: observed, bufferSize: 100)
        try observed.finish()
        #expect(count == 10_000)
        #expect(read == bytes)
        #expect(written == bytes)
        #expect(sink.bytes == bytes)
        #expect(sink.isFinished)
    }

    @Test func readFullyJoinsShortReads() throws {
        let source = MemorySource(Array(0..<10), chunkSize: 3)
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(try buffer.withUnsafeMutableBytes { try source.readFully(into: $0) } == 8)
        #expect(buffer == Array(0..<8))
        #expect(try buffer.withUnsafeMutableBytes { try source.readFully(into: $0) } == 2)
    }

    @Test func fileDescriptorsAreReadAndWritten() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let sink = FileDescriptorSink(fd: ends[1])
        try sink.write(Array("through a pipe".utf8))
        try sink.finish()
        close(ends[1])
        #expect(try FileDescriptorSource(fd: ends[0]).readAll(limit: 100) == Array("through a pipe".utf8))
    }

    @Test func systemErrorsNameTheCall() {
        let reading = #expect(throws: CompressionError.self) { try FileDescriptorSource(fd: -1).drain() }
        #expect(reading?.kind == .system(errno: EBADF))
        #expect(reading?.description == "read: Bad file descriptor")
        #expect(throws: CompressionError.self) { try FileDescriptorSink(fd: -1).write([1]) }
    }
}
