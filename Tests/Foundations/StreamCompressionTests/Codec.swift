@testable import StreamCompression

/// Compresses and decompresses bytes in memory, with configurable sizes.
enum Codec {
    static let all: [Compression] = [.gzip, .zstd, .xz, .bzip2]

    static func compress(
        _ bytes: [UInt8], _ compression: Compression, level: Int? = nil, threads: Int = 2, chunk: Int = .max
    ) throws -> [UInt8] {
        let output = MemorySink()
        let sink = try CompressingSink(output, compression, level: level, threads: threads)
        var rest = bytes[...]
        while !rest.isEmpty {
            try rest.prefix(chunk).withUnsafeBytes { try sink.write($0) }
            rest = rest.dropFirst(min(chunk, rest.count))
        }
        try sink.finish()
        return output.bytes
    }

    static func decompress(
        _ bytes: [UInt8], _ compression: Compression? = nil, chunk: Int = .max, reads: Int = 64 << 10
    ) throws -> [UInt8] {
        let source = try DecompressingSource(MemorySource(bytes, chunkSize: chunk), compression)
        let sink = MemorySink()
        try source.copy(to: sink, bufferSize: reads)
        return sink.bytes
    }
}
