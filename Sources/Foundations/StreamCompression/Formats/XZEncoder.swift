import CLZMA

/// Compresses into one .xz stream with CRC-64.
final class XZEncoder: StreamEncoder {
    private let stream: UnsafeMutablePointer<lzma_stream>
    private let output: UnsafeMutableRawBufferPointer

    init(level: Int?) throws(CompressionError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: lzma_stream())
        output = .allocate(byteCount: 128 << 10, alignment: 64)
        guard lzma_easy_encoder(stream, UInt32(level ?? 6), LZMA_CHECK_CRC64) == LZMA_OK else {
            throw .outOfMemory(.xz)
        }
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
        output.deallocate()
    }

    func write(_ bytes: UnsafeRawBufferPointer, to sink: any ByteSink) throws {
        stream.pointee.next_in = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = bytes.count
        while stream.pointee.avail_in > 0 {
            _ = try step(LZMA_RUN, to: sink)
        }
    }

    func end(to sink: any ByteSink) throws {
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
        while try step(LZMA_FINISH, to: sink) {}
    }

    /// Returns whether there is more output.
    private func step(_ action: lzma_action, to sink: any ByteSink) throws -> Bool {
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = output.count
        let result = lzma_code(stream, action)
        guard result == LZMA_OK || result == LZMA_STREAM_END else {
            throw result == LZMA_MEM_ERROR
                ? CompressionError.outOfMemory(.xz) : CompressionError(.unsupported, "xz compression failed")
        }
        let produced = output.count - stream.pointee.avail_out
        if produced > 0 { try sink.write(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
        return result == LZMA_OK
    }
}
