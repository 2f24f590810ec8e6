import CBZip2

/// Decompresses concatenated bzip2 streams; verifies their checksums.
final class BZip2Decoder: StreamDecoder {
    // At a fixed address: the library keeps pointers to it.
    private let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
    private var isOpen = false
    private var sawStream = false

    deinit {
        if isOpen { BZ2_bzDecompressEnd(stream) }
        stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws -> DecoderProgress {
        if !isOpen {
            if input.isEmpty { return DecoderProgress() }
            try open()
        }
        let inputSize = UInt32(clamping: input.count)
        let outputSize = UInt32(clamping: output.count)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
        stream.pointee.avail_in = inputSize
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.pointee.avail_out = outputSize
        let result = BZ2_bzDecompress(stream)
        switch result {
        case BZ_OK:
            break
        case BZ_STREAM_END:
            BZ2_bzDecompressEnd(stream)
            isOpen = false
        case BZ_MEM_ERROR:
            throw CompressionError.outOfMemory(.bzip2)
        case BZ_DATA_ERROR_MAGIC:
            throw CompressionError.corrupt(.bzip2, sawStream ? "trailing garbage" : "invalid header")
        default:
            // libbzip2 does not distinguish a wrong checksum from bad data.
            throw CompressionError.corrupt(.bzip2, "invalid data or checksum mismatch")
        }
        if result == BZ_STREAM_END { sawStream = true }
        return DecoderProgress(
            consumed: Int(inputSize - stream.pointee.avail_in), produced: Int(outputSize - stream.pointee.avail_out))
    }

    func inputEnded() throws {
        if isOpen || !sawStream { throw CompressionError.truncated(.bzip2) }
    }

    private func open() throws(CompressionError) {
        stream.initialize(to: bz_stream())
        guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw .outOfMemory(.bzip2) }
        isOpen = true
    }
}
