/// Compresses what is written to it and passes it on, in bounded memory.
///
/// The output depends only on the content, the format and the level, given the same libraries and kind of processor:
/// neither on the number of threads nor on how the content is split into writes. It contains no timestamp and no file
/// name.
package final class CompressingSink: ByteSink {
    /// More threads only use more memory.
    private static let mostThreads = 64

    private let downstream: any ByteSink
    private let encoder: (any StreamEncoder)?
    private var isFinished = false

    /// Compresses into `downstream`.
    ///
    /// - Parameters:
    ///   - level: 1 to 9 for gzip (mapped by `GzipLevel`), xz and bzip2, 1 to 22 for zstd; nil for the
    ///     format's default; anything else is `unsupported`.
    ///   - threads: number of compressing threads, if the format can use several. With 1, gzip uses the caller's.
    package init(
        _ downstream: any ByteSink, _ compression: Compression, level: Int? = nil, threads: Int = 2
    ) throws {
        self.downstream = downstream
        encoder = try Self.encoder(for: compression, level: level, threads: min(max(threads, 1), Self.mostThreads))
    }

    private static func encoder(
        for compression: Compression, level: Int?, threads: Int
    ) throws(CompressionError) -> (any StreamEncoder)? {
        let highest = compression == .zstd ? 22 : 9
        if let level, compression != .none, !(1...highest).contains(level) {
            throw CompressionError(
                .unsupported, "\(compression.rawValue) compression level \(level) is not between 1 and \(highest)")
        }
        switch compression {
        case .none: return nil
        case .gzip: return try GzipEncoder(GzipLevel(compressionLevel: level), threads: threads)
        case .zstd: return try ZstdEncoder(level: level, threads: threads)
        case .xz: return try XZEncoder(level: level)
        case .bzip2: return try BZip2Encoder(level: level)
        }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !isFinished else { throw CompressionError(.closed, "write to a finished stream") }
        guard !bytes.isEmpty else { return }
        if let encoder {
            try encoder.write(bytes, to: downstream)
        } else {
            try downstream.write(bytes)
        }
    }

    package func finish() throws {
        guard !isFinished else { throw CompressionError(.closed, "stream is already finished") }
        isFinished = true
        try encoder?.end(to: downstream)
        try downstream.finish()
    }
}
