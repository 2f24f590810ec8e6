import CZstd

/// Compresses into one zstd frame (RFC 8878) with a checksum.
final class ZstdEncoder: StreamEncoder {
    private let context: OpaquePointer
    private let output: UnsafeMutableRawBufferPointer

    init(level: Int?, threads: Int) throws(CompressionError) {
        guard let context = ZSTD_createCCtx() else { throw .outOfMemory(.zstd) }
        self.context = context
        output = .allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 64)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level ?? 3))
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        // One worker and many produce the same bytes; none produces others. A library built without threads ignores it.
        ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, Int32(clamping: threads))
    }

    deinit {
        ZSTD_freeCCtx(context)
        output.deallocate()
    }

    func write(_ bytes: UnsafeRawBufferPointer, to sink: any ByteSink) throws {
        var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while source.pos < source.size {
            _ = try step(&source, ZSTD_e_continue, to: sink)
        }
    }

    func end(to sink: any ByteSink) throws {
        // Without input, so that the frame does not depend on the size of the last write.
        var nothing = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
        while try step(&nothing, ZSTD_e_end, to: sink) > 0 {}
    }

    /// Returns how much output the encoder still holds.
    private func step(
        _ source: inout ZSTD_inBuffer, _ directive: ZSTD_EndDirective, to sink: any ByteSink
    ) throws -> Int {
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let result = ZSTD_compressStream2(context, &target, &source, directive)
        if ZSTD_isError(result) != 0 {
            if ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation { throw CompressionError.outOfMemory(.zstd) }
            let reason = ZSTD_getErrorName(result).map { String(cString: $0).lowercased() } ?? "error \(result)"
            throw CompressionError(.unsupported, "zstd compression failed: \(reason)")
        }
        if target.pos > 0 { try sink.write(UnsafeRawBufferPointer(rebasing: output[..<target.pos])) }
        return result
    }
}
