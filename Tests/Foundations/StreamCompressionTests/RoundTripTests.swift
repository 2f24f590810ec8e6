import Testing

@testable import StreamCompression

@Suite struct RoundTripTests {
    @Test(arguments: Codec.all, SampleContent.allCases)
    func whatWasCompressedComesBack(_ compression: Compression, _ content: SampleContent) throws {
        let bytes = content.bytes()
        let compressed = try Codec.compress(bytes, compression)
        #expect(Compression.detect(Array(compressed.prefix(Compression.magicLength))) == compression)
        #expect(try Codec.decompress(compressed) == bytes)
        #expect(try Codec.decompress(compressed, compression) == bytes)
    }

    @Test(arguments: Codec.all)
    func oddPiecesMakeNoDifference(_ compression: Compression) throws {
        let bytes = SampleContent.mixed.bytes(70_001)
        let compressed = try Codec.compress(bytes, compression, chunk: 997)
        for (chunk, reads) in [(1, 64 << 10), (7, 13), (1, 1), (4096, 1), (65_537, 1 << 20)] {
            #expect(try Codec.decompress(compressed, chunk: chunk, reads: reads) == bytes)
        }
    }

    @Test(arguments: Codec.all)
    func concatenatedStreamsCountAsOne(_ compression: Compression) throws {
        let parts = [SampleContent.text.bytes(5000), [], SampleContent.random.bytes(100), [7]]
        let compressed = try parts.flatMap { try Codec.compress($0, compression) }
        #expect(try Codec.decompress(compressed) == parts.flatMap { $0 })
        #expect(try Codec.decompress(compressed, chunk: 1, reads: 3) == parts.flatMap { $0 })
    }

    @Test(arguments: [0, 1, 5, 1 << 20])
    func uncompressedContentPassesThrough(_ count: Int) throws {
        let bytes = SampleContent.text.bytes(count)
        #expect(try Codec.decompress(bytes, chunk: 4, reads: 7) == bytes)
        #expect(try Codec.compress(bytes, .none) == bytes)
    }

    @Test(arguments: Codec.all)
    func everyLevelWorksAndNoOther(_ compression: Compression) throws {
        let levels = compression == .zstd ? 1...22 : 1...9
        let bytes = SampleContent.text.bytes(3000)
        // The highest levels of zstd and xz only cost memory here.
        for level in [levels.lowerBound, 3, 6, 7] {
            #expect(try Codec.decompress(Codec.compress(bytes, compression, level: level)) == bytes)
        }
        for level in [levels.lowerBound - 1, levels.upperBound + 1, -1, .max] {
            let error = #expect(throws: CompressionError.self) { try Codec.compress([], compression, level: level) }
            #expect(error?.kind == .unsupported)
        }
    }

    @Test func zstdOutputDependsOnlyOnContentAndLevel() throws {
        let bytes = [[UInt8]](repeating: SampleContent.mixed.bytes(500_000), count: 10).flatMap { $0 }
        let reference = try Codec.compress(bytes, .zstd, level: 1, threads: 1)
        for (threads, chunk) in [(1, 65_536), (2, .max), (3, 1_000_003), (1000, .max)] {
            #expect(try Codec.compress(bytes, .zstd, level: 1, threads: threads, chunk: chunk) == reference)
        }
    }

    @Test func decompressorErrorPersists() throws {
        let source = try DecompressingSource(MemorySource([0x1F, 0x8B, 8, 0]), nil)
        for _ in 0..<3 {
            let error = #expect(throws: CompressionError.self) { try source.drain() }
            #expect(error?.kind == .truncated)
        }
    }

    @Test func finishedSinkRejectsWrites() throws {
        let output = MemorySink()
        let sink = try CompressingSink(output, .gzip)
        try sink.finish()
        #expect(output.isFinished)
        #expect(throws: CompressionError.self) { try sink.write([1]) }
        #expect(throws: CompressionError.self) { try sink.finish() }
    }
}
