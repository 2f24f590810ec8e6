import CLZMA

/// Decompresses concatenated .xz streams; verifies their checksums.
final class XZDecoder: StreamDecoder {
    /// Four times what the largest preset needs (`xz -9e` takes 65 MiB to decompress).
    static let memoryLimit: UInt64 = 256 << 20

    // At a fixed address: the library keeps pointers to it.
    private let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
    private var isFinished = false

    init() throws(CompressionError) {
        stream.initialize(to: lzma_stream())
        let result = lzma_stream_decoder(stream, Self.memoryLimit, CLZMA_CONCATENATED)
        guard result == LZMA_OK else { throw .outOfMemory(.xz) }
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws -> DecoderProgress {
        try step(input, into: output, LZMA_RUN)
    }

    func inputEnded() throws {
        guard !isFinished else { return }
        // Only now can the decoder tell whether another stream was to follow. It has no output left.
        try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { output in
            _ = try step(UnsafeRawBufferPointer(start: nil, count: 0), into: output, LZMA_FINISH)
        }
        if !isFinished { throw CompressionError.truncated(.xz) }
    }

    private func step(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, _ action: lzma_action
    ) throws(CompressionError) -> DecoderProgress {
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = input.count
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = output.count
        let result = lzma_code(stream, action)
        let progress = DecoderProgress(
            consumed: input.count - stream.pointee.avail_in, produced: output.count - stream.pointee.avail_out)
        switch result {
        case LZMA_OK, LZMA_BUF_ERROR:
            break
        case LZMA_STREAM_END:
            isFinished = true
        case LZMA_MEMLIMIT_ERROR:
            throw .memoryLimit(.xz, limit: Self.memoryLimit)
        case LZMA_MEM_ERROR:
            throw .outOfMemory(.xz)
        case LZMA_OPTIONS_ERROR:
            throw CompressionError(.unsupported, "xz stream uses unsupported options")
        case LZMA_FORMAT_ERROR:
            throw .corrupt(.xz, "not in xz format")
        default:
            // liblzma does not distinguish a wrong check from bad data.
            throw .corrupt(.xz, "invalid data or checksum mismatch")
        }
        return progress
    }
}
