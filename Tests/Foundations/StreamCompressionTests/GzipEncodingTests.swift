import Testing

@testable import StreamCompression

@Suite struct GzipEncodingTests {
    static let blockSize = DeflateBlock.inputCapacity

    @Test(arguments: [1, 5, 9])
    func theOutputDependsOnContentAndLevelAlone(_ level: Int) throws {
        let bytes = SampleContent.mixed.bytes(3 * Self.blockSize + 12_345)
        let reference = try Codec.compress(bytes, .gzip, level: level, threads: 1)
        for (threads, chunk) in [(1, 4093), (2, .max), (2, 65_536), (3, 999_983), (7, Self.blockSize)] {
            #expect(try Codec.compress(bytes, .gzip, level: level, threads: threads, chunk: chunk) == reference)
        }
        #expect(try Codec.decompress(reference) == bytes)
    }

    @Test(arguments: [-1, 0, 1], [1, 2])
    func blockBoundariesAreSeamless(_ offset: Int, _ blocks: Int) throws {
        let bytes = SampleContent.mixed.bytes(blocks * Self.blockSize + offset)
        #expect(try Codec.decompress(Codec.compress(bytes, .gzip)) == bytes)
    }

    @Test func headerHasNoNameTimeOrSystem() throws {
        let compressed = try Codec.compress([], .gzip)
        #expect(compressed == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: 0...3)
    func everyCompressorOfTheLibraryMakesValidBlocks(_ level: Int) throws {
        for content in SampleContent.allCases {
            let bytes = content.bytes(150_000)
            let compressed = MemorySink()
            let encoder = try GzipEncoder(GzipLevel(isal: UInt32(level)), threads: 1)
            try bytes.withUnsafeBytes { try encoder.write($0, to: compressed) }
            try encoder.end(to: compressed)
            #expect(try Codec.decompress(compressed.bytes) == bytes)
        }
    }

    @Test func incompressibleContentGrowsLittle() throws {
        let bytes = SampleContent.random.bytes(Self.blockSize + 100_000)
        let compressed = try Codec.compress(bytes, .gzip)
        #expect(compressed.count < bytes.count + bytes.count / 1000 + 100)
        #expect(try Codec.decompress(compressed) == bytes)
    }

    @Test func storedBlocksAreSplitAtTheirMaximumSize() {
        for count in [0, 1, 65_535, 65_536, 200_000] {
            let bytes = SampleContent.random.bytes(count)
            var stored = [UInt8](repeating: 0xAA, count: StoredDeflate.size(of: count))
            let written = bytes.withUnsafeBytes { input in
                stored.withUnsafeMutableBytes { StoredDeflate.write(input, into: $0) }
            }
            #expect(written == stored.count)
        }
    }

    @Test func downstreamErrorStopsCompression() throws {
        struct Full: Error {}
        let bytes = SampleContent.random.bytes(Self.blockSize)
        let sink = try CompressingSink(ClosureSink(write: { _ in throw Full() }), .gzip, threads: 3)
        #expect(throws: Full.self) {
            for _ in 0..<20 { try sink.write(bytes) }
            try sink.finish()
        }
    }
}
