import SeededRandomness
import Testing

@testable import StreamCompression

@Suite struct HostileInputTests {
    @Test(arguments: Codec.all)
    func everyTruncationIsNoticed(_ compression: Compression) throws {
        let first = try Codec.compress(SampleContent.text.bytes(700), compression)
        let second = try Codec.compress(SampleContent.random.bytes(90), compression)
        for length in 0..<first.count {
            let error = #expect(throws: CompressionError.self) {
                try Codec.decompress(Array(first[..<length]), compression, reads: 4096)
            }
            #expect(error?.kind == .truncated, "cut at \(length)")
        }
        for length in 1..<second.count {
            let error = #expect(throws: CompressionError.self) {
                try Codec.decompress(first + second[..<length], compression, chunk: 50, reads: 4096)
            }
            #expect(error?.kind == .truncated, "second stream cut at \(length)")
        }
    }

    @Test(arguments: Codec.all)
    func noFlippedBitGoesUnnoticed(_ compression: Compression) throws {
        let content = SampleContent.text.bytes(600)
        let compressed = try Codec.compress(content, compression)
        for bit in 0..<compressed.count * 8 {
            var damaged = compressed
            damaged[bit / 8] ^= 1 << (bit % 8)
            // Some bits, like gzip's time stamp, do not affect the content.
            let result = try? Codec.decompress(damaged, compression, reads: 4096)
            #expect(result == nil || result == content, "bit \(bit)")
        }
    }

    @Test(arguments: Codec.all, 0..<4)
    func damageNeverCrashesOrPassesAsContent(_ compression: Compression, _ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let content = SampleContent.mixed.bytes(60_000)
        let compressed = try Codec.compress(content, compression)
        for _ in 0..<15 {
            var damaged = compressed
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let start = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: damaged[start] = UInt8.random(in: 0...255, using: &random)
                case 1: damaged.insert(contentsOf: random.bytes(5), at: start)
                case 2: damaged.removeSubrange(start..<min(start + 7, damaged.count))
                default: damaged.replaceSubrange(start..., with: damaged[..<(damaged.count - start)])
                }
            }
            do {
                #expect(try Codec.decompress(damaged, compression) == content)
            } catch is CompressionError {}
        }
    }

    static let beginnings: [[UInt8]] = [
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3],
        [0x28, 0xB5, 0x2F, 0xFD],
        [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00],
        [0x42, 0x5A, 0x68, 0x39],
    ]

    @Test(arguments: beginnings)
    func noiseBehindAMagicNumberIsAnError(_ magic: [UInt8]) {
        var random = SeededGenerator(seed: 42)
        for length in [0, 1, 8, 100, 5000] {
            let noise = random.bytes(length)
            #expect(throws: CompressionError.self) { try Codec.decompress(magic + noise) }
        }
    }

    @Test(arguments: [Compression.zstd, .xz, .bzip2])
    func garbageBehindTheEndIsAnError(_ compression: Compression) throws {
        let compressed = try Codec.compress([1, 2, 3], compression)
        let error = #expect(throws: CompressionError.self) {
            try Codec.decompress(compressed + Array("garbage behind the end".utf8))
        }
        #expect(error?.kind == .corrupt)
    }

    @Test func rejectsZstdWindowAboveTheLimit() throws {
        // Magic, no flags, window descriptor (exponent above 10 in the upper five bits), one empty last raw block.
        func frame(_ log: UInt8) -> [UInt8] { [0x28, 0xB5, 0x2F, 0xFD, 0, (log - 10) << 3, 1, 0, 0] }
        #expect(try Codec.decompress(frame(27)) == [])
        let error = #expect(throws: CompressionError.self) { try Codec.decompress(frame(28)) }
        #expect(error?.kind == .memoryLimit)
        #expect(error?.description == "zstd stream needs more memory to decompress than the limit of 128 MiB")
    }

    @Test func rejectsXZDictionaryAboveTheLimit() throws {
        var stream = try Codec.compress(SampleContent.text.bytes(100), .xz)
        // Block header after the 12 bytes of the stream header: size, flags, LZMA2, 1, dictionary size, padding, CRC.
        stream[16] = 40
        let crc = GzipFormatTests.crc(Array(stream[12..<20]))
        stream.replaceSubrange(20..<24, with: GzipFormatTests.littleEndian(crc))
        let error = #expect(throws: CompressionError.self) { try Codec.decompress(stream) }
        #expect(error?.kind == .memoryLimit)
    }

    @Test func zstdSkippableFramesAreSkipped() throws {
        let skippable: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9]
        let stream = try skippable + Codec.compress([1, 2], .zstd) + skippable
        #expect(try Codec.decompress(stream) == [1, 2])
        #expect(throws: CompressionError.self) { try Codec.decompress(Array(stream.dropLast())) }
    }

    @Test(arguments: Codec.all)
    func aBombIsStoppedByTheLimit(_ compression: Compression) throws {
        let bomb = try Codec.compress([UInt8](repeating: 0, count: 4 << 20), compression)
        #expect(bomb.count < 64 << 10)
        let source = LimitedSource(try DecompressingSource(MemorySource(bomb), nil), limit: 1 << 20)
        let error = #expect(throws: CompressionError.self) { try source.drain() }
        #expect(error?.kind == .limitExceeded)
    }
}
